import csv
from collections import defaultdict

totals = defaultdict(float)
with open("data/sales.csv", newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        totals[row["region"]] += int(row["units"]) * float(row["price"])

with open("data/totals.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["region", "total", "note"])
    for region, total in sorted(totals.items()):
        writer.writerow([region, f"{total:.2f}", 'a "big" one, really' if total > 100 else ""])

print(open("data/totals.csv", encoding="utf-8").read())
print(list(csv.reader(["a;b", "1;'x;y'"], delimiter=";", quotechar="'")))
