from decimal import Decimal

items = {"coffee": Decimal("3.20"), "cake": Decimal("4.50")}
for name, price in items.items():
    print(f"{name:<10}{price:>8}")
print(f"{'total':<10}{sum(items.values()):>8}")
