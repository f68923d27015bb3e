import importlib

import geometry
from geometry import Circle, area as circle_area
from shop import cart
from shop.pricing.tax import with_tax

print(__name__, geometry.__name__, cart.__name__, with_tax.__module__)
print(f"{circle_area(Circle(2)):.3f}")
basket = cart.Cart()
basket.add("tea", 3.5)
basket.add("cup", 6.5)
print(basket.total(), with_tax(basket.total()))
print(importlib.import_module("shop").VERSION, geometry.__file__.replace("\\", "/").split("/")[-1])
try:
    import numpie
except ModuleNotFoundError as error:
    print(error)
geometry.fail()
