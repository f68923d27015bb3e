print("this is never printed")

def greet(name)
    print("Hello", name)
