import math

WIDTH, HEIGHT = 300, 100


def polyline(points, colour):
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}"/>'


def sample(function):
    for x in range(0, WIDTH + 1, 50):
        yield x, HEIGHT / 2 - HEIGHT / 2 * function(x / WIDTH * 2 * math.pi)


parts = [polyline(sample(math.sin), "crimson"), polyline(sample(math.cos), "steelblue")]
svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">\n' + "\n".join(parts) + "\n</svg>\n"
with open("plot.svg", "w", encoding="utf-8") as file:
    file.write(svg)
print("plot.svg:", len(svg), "characters")
for y in range(4, -5, -2):
    print("".join("*" if round(4 * math.sin(x / 5)) in (y, y + 1) else " " for x in range(40)).rstrip())
