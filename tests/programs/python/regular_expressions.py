import re

log = """
2024-03-01 12:00:01 ERROR [db] connection lost (code=57)
2024-03-01 12:00:05 INFO [web] GET /index.html 200
2024-03-02 09:15:00 ERROR [web] POST /login 500 (code=12)
"""
pattern = re.compile(r"""
    ^(?P<date>\d{4}-\d\d-\d\d)\s(?P<time>[\d:]+)\s
    (?P<level>[A-Z]+)\s\[(?P<part>\w+)\]\s(?P<text>.*)$
""", re.VERBOSE | re.MULTILINE)
for match in pattern.finditer(log):
    if match["level"] == "ERROR":
        print(match.groupdict())
print(re.findall(r"code=(\d+)", log), re.sub(r"(\w+)@(\w+)", r"\2 at \1", "me@home"))
print(re.sub(r"\d+", lambda m: str(int(m[0]) * 2), "3 apples and 12 pears"))
print(re.split(r"[,;]\s*", "a, b;c,   d"), bool(re.fullmatch(r"[\w.+-]+@[\w-]+\.\w{2,}", "ada@example.org")))
print(re.findall(r"(?<=\$)\d+(?:\.\d\d)?", "$5 and $7.25"), re.search(r"(?i)PYTHON", "I like python").span())
print(re.match(r"(a+)+$", "aaaaaaaaaaaaaaaaaab"), re.escape("1+1=2?"), re.findall(r"\w+", "naïve 日本 x_1"))
try:
    re.compile(r"(unclosed")
except re.error as error:
    print("error:", error)
