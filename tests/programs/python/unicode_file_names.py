import os

for name in ("résumé.txt", "日本語.txt", "😀 with space.txt"):
    with open(name, "w") as file:
        file.write(name)
print(sorted(n for n in os.listdir(".") if n.endswith(".txt")))
print(open("eingabe/übung.txt").read().strip())
