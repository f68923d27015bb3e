def read_numbers(lines):
    for line in lines:
        line = line.strip()
        if line:
            yield int(line)


def running_average():
    total, count, average = 0, 0, None
    while True:
        value = yield average
        total += value
        count += 1
        average = total / count


def flatten(items):
    for item in items:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item


def cleanup():
    try:
        yield "working"
        yield "never reached"
    finally:
        print("cleaned up")


averages = running_average()
next(averages)
for number in read_numbers(["10", "", " 20 ", "60"]):
    print(f"{number} -> average {averages.send(number):.2f}")
print(list(flatten([1, [2, [3, [4]], 5], [[]], 6])))
print(sum(n * n for n in range(1, 101)))
g = cleanup()
print(next(g))
g.close()


def with_result():
    yield 1
    return "the result"


def delegate():
    result = yield from with_result()
    print("got", result)


print(list(delegate()))
try:
    next(iter(()))
except StopIteration as stop:
    print("StopIteration", stop.value)
