def double(n):
    breakpoint()
    return n * 2


print(double(21))
