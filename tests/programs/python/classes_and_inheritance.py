from abc import ABC, abstractmethod
import math


class Shape(ABC):
    count = 0

    def __init__(self, name):
        self.name = name
        Shape.count += 1

    @abstractmethod
    def area(self): ...

    def __lt__(self, other):
        return self.area() < other.area()

    def __str__(self):
        return f"{self.name}: {self.area():.3f}"


class Circle(Shape):
    def __init__(self, radius):
        super().__init__("circle")
        self.radius = radius

    def area(self):
        return math.pi * self.radius**2


class Rectangle(Shape):
    def __init__(self, width, height, name="rectangle"):
        super().__init__(name)
        self.width, self.height = width, height

    def area(self):
        return self.width * self.height


class Square(Rectangle):
    def __init__(self, side):
        super().__init__(side, side, "square")


class Loud:
    def __str__(self):
        return super().__str__().upper() + "!"


class LoudSquare(Loud, Square):
    pass


for shape in sorted([Circle(1.5), Rectangle(2, 5), Square(3), LoudSquare(2)]):
    print(shape)
print(Shape.count, "shapes;", " > ".join(c.__name__ for c in LoudSquare.__mro__))
try:
    Shape("abstract")
except TypeError as error:
    print("TypeError:", str(error).split(" with")[0])
