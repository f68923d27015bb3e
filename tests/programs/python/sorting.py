import random
from functools import cmp_to_key
from operator import itemgetter, methodcaller


def bubble_sort(items):
    items = items[:]
    for end in range(len(items) - 1, 0, -1):
        for i in range(end):
            if items[i] > items[i + 1]:
                items[i], items[i + 1] = items[i + 1], items[i]
    return items


def quick_sort(items):
    if len(items) < 2:
        return items
    pivot, *rest = items
    return quick_sort([x for x in rest if x < pivot]) + [pivot] + quick_sort([x for x in rest if x >= pivot])


def merge_sort(items):
    if len(items) < 2:
        return items
    middle = len(items) // 2
    left, right = merge_sort(items[:middle]), merge_sort(items[middle:])
    merged = []
    while left and right:
        merged.append((left if left[0] <= right[0] else right).pop(0))
    return merged + left + right


random.seed(2024)
numbers = [random.randrange(1000) for _ in range(200)]
for sort in (bubble_sort, quick_sort, merge_sort):
    print(f"{sort.__name__:<12}", sort(numbers) == sorted(numbers), sort(numbers)[:5] == sorted(numbers)[:5])
words = ["pear", "fig", "Apple", "banana", "cherry", "date"]
print(sorted(words), sorted(words, key=str.lower), sorted(words, key=len, reverse=True), sep="\n")
print(sorted([("b", 2), ("a", 2), ("c", 1)], key=itemgetter(1)), max(words, key=methodcaller("count", "a")))
print(sorted(words, key=cmp_to_key(lambda a, b: (a[-1] > b[-1]) - (a[-1] < b[-1]))))
