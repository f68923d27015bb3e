import sys
import unicodedata

größe = 42
名前 = "世界"
print(f"Größe: {größe}, こんにちは {名前}! 🎉👩‍👩‍👧 Ωμέγα عربي עברית")
line = sys.stdin.readline().strip()
print("read", line, len(line), [hex(ord(c)) for c in line])
print("\U0001F600 \N{SNOWMAN} \u00e9 é" == "😀 ☃ é é", "straße".upper(), "İ".lower() == "i̇")
print(unicodedata.normalize("NFC", "e\u0301") == "é", unicodedata.name("ß"))
print("|".join(w.center(9) for w in ("añb", "日本", "x")), "naïve café".encode("utf-8"))
print("zalgo: t̷e̷x̷t̷", "tab\there", "\x00nul", "bell\x07", "\x1b[31mred\x1b[0m", sep=" / ")
print("Füße", file=sys.stderr)
