import difflib
import string
import textwrap

text = "The quick brown fox jumps over the lazy dog. " * 3
print(textwrap.fill(text.strip(), width=40, initial_indent="* ", subsequent_indent="  "))
print(textwrap.shorten(text, 30, placeholder="…"))
print(textwrap.dedent("""\
    def f():
        return 1
    """), end="")
print(string.Template("$who owes $$${amount}").substitute(who="Bo", amount=5), string.capwords("ada lovelace"))
print("caesar:", "".join(chr((ord(c) - 97 + 13) % 26 + 97) if c.islower() else c for c in "hello, world"))
print("a-b_c".translate(str.maketrans("-_", "  ")), "x".ljust(3, ".") + "|", "Title Case".swapcase(), "1,2,,3".split(","))
print("palindrome:", [w for w in ("level", "python", "Noon") if w.lower() == w.lower()[::-1]])
print(*difflib.unified_diff(["a\n", "b\n"], ["a\n", "c\n"], "old", "new"), sep="", end="")
print(difflib.get_close_matches("appel", ["ape", "apple", "peach"]), "line1\nline2\r\nline3".splitlines())
