for n in range(16384):
    print(f"{n:06d} {'é' if n % 2 else 'ee'} {'.' * 51} |")
