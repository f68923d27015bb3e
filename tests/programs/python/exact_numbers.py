import cmath
import math
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction

print(0.1 + 0.2, Decimal("0.1") + Decimal("0.2"), Fraction(1, 10) + Fraction(2, 10))
getcontext().prec = 50
print(Decimal(2).sqrt())
print(Decimal("2.675").quantize(Decimal("0.01"), ROUND_HALF_UP), round(2.675, 2), round(2.5), round(3.5))
print(sum([Fraction(1, n) for n in range(1, 11)]), Fraction(3.125), Fraction("22/7").limit_denominator(3))
print(2**200, -7 // 2, -7 % 3, divmod(17, 5), 7 / 2, 1e16 + 1)
print(math.gcd(84, 36), math.lcm(4, 6), math.comb(49, 6), math.factorial(25), math.isclose(0.1 * 3, 0.3))
print(cmath.sqrt(-4), (1 + 2j) * (3 - 1j), abs(3 + 4j))
print(int("ff", 16), int("0b1011", 0), bin(-5), (255).to_bytes(2, "big"), (1000).bit_length())
print(math.inf > 10**400, math.nan == math.nan, float("1e309"), 5e-324)
