answer = 42
if answer is 42:
    print("identity, by luck")
assert (answer, "a tuple is always true")
print("goes on")
