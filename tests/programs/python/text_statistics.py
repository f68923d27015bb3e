import re
import string
from collections import Counter

with open("speech.txt", encoding="utf-8") as file:
    text = file.read()

words = re.findall(r"[a-zà-ÿ']+", text.lower())
sentences = [s for s in re.split(r"[.!?]+\s*", text) if s]
letters = Counter(c for c in text.lower() if c in string.ascii_lowercase)

print("Characters:", len(text))
print("Words:     ", len(words))
print("Sentences: ", len(sentences))
print("Lines:     ", text.count("\n"))
print("Longest:   ", max(words, key=len))
print(f"Average word length: {sum(map(len, words)) / len(words):.2f}")
print("Most common words:")
for word, count in sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))[:5]:
    print(f"  {word:<8}{'#' * count} {count}")
print("Letters:", " ".join(f"{letter}{count}" for letter, count in letters.most_common(3)))
