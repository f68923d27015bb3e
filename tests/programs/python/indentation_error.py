def greet():
print("Hello")
