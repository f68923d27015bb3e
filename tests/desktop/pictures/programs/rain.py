# Rain in Bergen, in millimetres a month.
RAIN = {
    "Jan": 255, "Feb": 209, "Mar": 201,
    "Apr": 141, "May": 106, "Jun": 132,
    "Jul": 148, "Aug": 190, "Sep": 283,
    "Oct": 271, "Nov": 259, "Dec": 288,
}

for month, millimetres in RAIN.items():
    bar = "█" * (millimetres // 12)
    print(f"{month}  \x1b[34m{bar}\x1b[0m {millimetres}")

print(f"\x1b[1mIn a year: {sum(RAIN.values())} mm\x1b[0m")
