def make_counter(start=0):
    count = start

    def increment(by=1):
        nonlocal count
        count += by
        return count

    def reset():
        nonlocal count
        count = start

    return increment, reset


increment, reset = make_counter(10)
print(increment(), increment(5), end=" ")
reset()
print(increment())

late = [lambda: i for i in range(3)]
bound = [lambda i=i: i for i in range(3)]
print([f() for f in late], [f() for f in bound])


def compose(*functions):
    def composed(value):
        for function in reversed(functions):
            value = function(value)
        return value

    return composed


shout = compose(lambda s: s + "!", str.upper, str.strip)
print(shout("  hello "))

total = 0


def add(n):
    global total
    total += n


for n in range(5):
    add(n)
print(total, increment.__closure__[0].cell_contents, increment.__code__.co_freevars)


def broken():
    print(total)
    total = 1


try:
    broken()
except UnboundLocalError as error:
    print(type(error).__name__)
