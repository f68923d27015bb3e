// The answers of the prompt box. No model is behind it: each is a program that was written for this example.

/** A program and the words that choose it. */
export interface Program {
  title: string;
  words: string[];
  code: string;
  /** Extra files that it reads. */
  files?: Record<string, string>;
}

const calculator = `# A calculator: type 6 * 7, or q to end.
import ast, operator

OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
              ast.Div: operator.truediv, ast.Pow: operator.pow, ast.USub: operator.neg}

def value(node):
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left, op, right):
            return OPERATIONS[type(op)](value(left), value(right))
        case ast.UnaryOp(op, operand):
            return OPERATIONS[type(op)](value(operand))
    raise ValueError("only numbers and + - * / **")

print("Calculator. Type q to end.")
while (text := input("> ").strip()) != "q":
    try:
        print("=", value(ast.parse(text, mode="eval").body))
    except (ValueError, KeyError, SyntaxError, ZeroDivisionError) as error:
        print("That does not work:", error)
print("Bye.")
`;

const plot = `# Needs matplotlib in the Python that Runtray uses.
import math
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

xs = [x / 20 for x in range(200)]
plt.figure(figsize=(6, 3.2))
plt.plot(xs, [math.sin(x) for x in xs], label="sin")
plt.plot(xs, [math.cos(x) for x in xs], label="cos")
plt.legend()
plt.title("Two waves")
plt.tight_layout()
plt.savefig("waves.png", dpi=110)
print("Saved waves.png")
`;

const countdown = `import time

for number in range(5, 0, -1):
    print(number, flush=True)
    time.sleep(0.5)
print("Go")
`;

const guess = `import random

secret = random.randint(1, 100)
print("I think of a number from 1 to 100.")
tries = 0
while True:
    tries += 1
    number = int(input("Your guess: "))
    if number == secret:
        break
    print("Too small" if number < secret else "Too large")
print(f"Right, after {tries} tries.")
`;

const table = `import csv

with open("sales.csv", newline="") as file:
    rows = list(csv.DictReader(file))
total = sum(float(row["price"]) * int(row["count"]) for row in rows)
for row in rows:
    print(f"{row['item']:<10} {row['count']:>4} x {float(row['price']):>7.2f}")
print("-" * 26)
print(f"{'total':<10} {total:>15.2f}")
with open("total.txt", "w") as out:
    print(total, file=out)
`;

const primes = `def primes(limit):
    sieve = bytearray([1]) * (limit + 1)
    sieve[:2] = b"\\0\\0"
    for number in range(2, int(limit ** 0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit + 1, number)))
    return [number for number, is_prime in enumerate(sieve) if is_prime]

found = primes(100_000)
print(len(found), "primes below 100,000; the last is", found[-1])
`;

const life = `import os, time

WIDTH, HEIGHT = 40, 14
alive = {(2, 1), (3, 2), (1, 3), (2, 3), (3, 3)}
for generation in range(24):
    print("\\x1b[2J\\x1b[H", end="")
    for y in range(HEIGHT):
        print("".join("\\x1b[32m●\\x1b[0m" if (x, y) in alive else "·" for x in range(WIDTH)))
    print("generation", generation, flush=True)
    around = {}
    for x, y in alive:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    cell = ((x + dx) % WIDTH, (y + dy) % HEIGHT)
                    around[cell] = around.get(cell, 0) + 1
    alive = {cell for cell, count in around.items() if count == 3 or (count == 2 and cell in alive)}
    time.sleep(0.12)
`;

const loop = `# Never ends by itself: press Stop, or Ctrl+C in the terminal.
import itertools, time

for number in itertools.count():
    print("still running", number, flush=True)
    time.sleep(0.3)
`;

const todo = `tasks = []
print("add TEXT, done NUMBER, list, quit")
while True:
    command, _, rest = input("todo> ").strip().partition(" ")
    if command == "quit":
        break
    if command == "add" and rest:
        tasks.append([rest, False])
    elif command == "done" and rest.isdigit() and 0 < int(rest) <= len(tasks):
        tasks[int(rest) - 1][1] = True
    elif command != "list":
        print("I do not know that.")
    for number, (text, done) in enumerate(tasks, 1):
        print(f"{number}. [{'x' if done else ' '}] {text}")
`;

const words = `from collections import Counter

text = input("Type a sentence: ")
for word, count in Counter(text.lower().split()).most_common():
    print(f"{count:>3}  {word}")
`;

export const PROGRAMS: Program[] = [
  { title: "create me a simple Python calculator", words: ["calculator", "calculate", "arithmetic"], code: calculator },
  { title: "plot two waves with matplotlib", words: ["plot", "chart", "graph", "matplotlib"], code: plot },
  { title: "count down from five", words: ["count", "countdown", "timer"], code: countdown },
  { title: "let me guess a number", words: ["guess", "game"], code: guess },
  { title: "add up a table of sales", words: ["table", "csv", "sales", "sum"], code: table, files: { "sales.csv": "item,count,price\npencil,12,0.80\nnotebook,3,4.50\nlamp,1,29.90\n" } },
  { title: "find prime numbers", words: ["prime", "primes"], code: primes },
  { title: "show the game of life", words: ["life", "conway", "animation"], code: life },
  { title: "write an endless loop", words: ["endless", "loop", "forever"], code: loop },
  { title: "keep a to-do list", words: ["todo", "to-do", "tasks"], code: todo },
  { title: "count words in a sentence", words: ["words", "sentence"], code: words },
];

/** The program that shares most words with the prompt; none if it shares none. */
export function answer(prompt: string): Program | undefined {
  const asked = prompt.toLowerCase().split(/[^a-z-]+/);
  const score = (program: Program) => {
    const key = program.words.filter((word) => asked.includes(word)).length * 10;
    return key && key + program.title.split(" ").filter((word) => asked.includes(word.toLowerCase())).length;
  };
  const best = PROGRAMS.reduce((best, program) => (score(program) > score(best) ? program : best));
  return score(best) ? best : undefined;
}
