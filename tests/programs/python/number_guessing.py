import random

random.seed(7)
secret = random.randint(1, 100)
attempts = 0
low, high = 1, 100

print("I am thinking of a number between 1 and 100.")
while True:
    try:
        guess = int(input("Your guess: "))
    except EOFError:
        print("\nNo more guesses. The number was", secret)
        break
    attempts += 1
    if guess < secret:
        low = max(low, guess + 1)
        print(f"Too low! (between {low} and {high})")
    elif guess > secret:
        high = min(high, guess - 1)
        print(f"Too high! (between {low} and {high})")
    else:
        print(f"You got it in {attempts} attempts!")
        break
