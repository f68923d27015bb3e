from datetime import date

name, price, quantity, ratio = "Widget", 1234.5678, 42, 0.1734
print(f"{name:>10}|{name:<10}|{name:^10}|{name:*^10}")
print(f"{price:.2f} {price:,.1f} {price:e} {price:010.3f} {price!r}")
print(f"{quantity:b} {quantity:#x} {quantity:o} {quantity:+d} {quantity:05d} {10**9:_}")
print(f"{ratio:.1%} {1/3:.4g} {float('inf')} {-0.0} {1e100:g}")
print(f"{quantity=} {quantity * 2 = } {name.upper()=!s}")
width, digits = 12, 3
print(f"[{price:{width}.{digits}f}]")
print(f"{date(2024, 2, 29):%A %d %B %Y} {{literal braces}}")
print(f"{'nested ' + f'{quantity:{width // 4}}'}" f" {'a' if quantity > 40 else 'b'}")
print("%s is %d%% and %5.1f" % (name, 50, ratio), "{0} {1} {0}".format("x", "y"), "{:>{w}}".format("r", w=4))
print(f"""multi
line {name}""")
