"""A simple calculator: asks for two numbers and an operation until the user quits."""


def add(a, b):
    return a + b


def subtract(a, b):
    return a - b


def multiply(a, b):
    return a * b


def divide(a, b):
    if b == 0:
        return "Error: division by zero"
    return a / b


OPERATIONS = {"+": add, "-": subtract, "*": multiply, "/": divide}


def main():
    print("Simple Calculator")
    print("=================")
    while True:
        choice = input("Operation (+, -, *, /, q to quit): ").strip()
        if choice == "q":
            print("Goodbye!")
            break
        if choice not in OPERATIONS:
            print(f"Unknown operation: {choice}")
            continue
        try:
            a = float(input("First number: "))
            b = float(input("Second number: "))
        except ValueError as error:
            print("Please enter a number:", error)
            continue
        print(f"{a} {choice} {b} = {OPERATIONS[choice](a, b)}")


if __name__ == "__main__":
    main()
