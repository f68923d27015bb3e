print("before")
print("a lone surrogate: \ud83d")
