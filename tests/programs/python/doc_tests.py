"""
Roman numerals.

>>> to_roman(1994)
'MCMXCIV'
>>> to_roman(4)
'IV'
>>> to_roman(0)
Traceback (most recent call last):
ValueError: no zero
"""
import doctest

NUMERALS = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
            (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]


def to_roman(n):
    """
    >>> to_roman(5)
    'five'
    """
    if n <= 0:
        raise ValueError("no zero")
    result = ""
    for value, letters in NUMERALS:
        while n >= value:
            result, n = result + letters, n - value
    return result


if __name__ == "__main__":
    print(doctest.testmod())
