with open("rates.csv") as rates:
    print(rates.read())
