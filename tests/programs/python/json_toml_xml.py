import json
import tomllib
import xml.etree.ElementTree as ET

config = tomllib.loads("""
title = "Shop"
[server]
ports = [8000, 8001]
started = 2024-05-01T10:00:00Z
""")
print(config["title"], config["server"]["ports"], config["server"]["started"].isoformat())

data = json.loads('{"b": [1, 2.5, null, true], "a": {"é": "\\u2603"}, "big": 12345678901234567890}')
print(json.dumps(data, sort_keys=True, ensure_ascii=False))
print(json.dumps(data["a"]), json.dumps({"x": [1, {"y": 2}]}, indent=2), sep="\n")
for broken in ("{'a': 1}", "[1, 2", ""):
    try:
        json.loads(broken)
    except json.JSONDecodeError as error:
        print(f"{type(error).__name__} at line {error.lineno} column {error.colno}")

root = ET.fromstring("<library><book year='1965'>Dune</book><book year='1984'>Neuromancer</book></library>")
for book in sorted(root.iter("book"), key=lambda b: b.text):
    print(book.get("year"), book.text)
ET.SubElement(root, "book", year="1992").text = "Snow Crash & more"
ET.indent(root)
print(ET.tostring(root, encoding="unicode"))
try:
    ET.fromstring("<open>")
except ET.ParseError as error:
    print("ParseError", error)
