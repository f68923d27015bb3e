// Example programs, one for each feature of the Console.

import type { Key } from "../../lib/i18n/index.svelte";

export interface Example {
  id: string;
  title: Key;
  language: string;
  code: string;
}

const CALCULATOR = `# A calculator: type 2 + 3, or nothing to leave.
OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}

while line := input("> ").strip():
    try:
        left, operator, right = line.split()
        print(OPERATORS[operator](float(left), float(right)))
    except ZeroDivisionError:
        print("Nothing can be divided by zero.")
    except (ValueError, KeyError):
        print("Write a number, one of + - * /, and a number, with spaces between them.")

print("Bye.")
`;

const PROGRESS = `# A progress bar that stays on its line.
import time

for step in range(41):
    print(f"\\r\\x1b[32m{'█' * step}\\x1b[0m{'·' * (40 - step)} {step * 100 // 40:3} %", end="", flush=True)
    time.sleep(0.05)
print("\\nDone.")
`;

const GUESS = `# Guess the number.
import random

secret = random.randint(1, 100)
tries = 0
while True:
    tries += 1
    guess = int(input("A number from 1 to 100: "))
    if guess == secret:
        print(f"\\x1b[32mRight, in {tries} tries.\\x1b[0m")
        break
    print("Higher." if guess < secret else "Lower.")
`;

const NODE = `// Node.js: asks, waits, answers.
import { createInterface } from "node:readline/promises";

const terminal = createInterface({ input: process.stdin, output: process.stdout });
const name = await terminal.question("What is your name? ");
console.log(\`Hello, \${name}. This is Node.js \${process.version}.\`);
terminal.close();
`;

export const EXAMPLES: Example[] = [
  { id: "calculator", title: "example.calculator", language: "python", code: CALCULATOR },
  { id: "guess", title: "example.guess", language: "python", code: GUESS },
  { id: "progress", title: "example.progress", language: "python", code: PROGRESS },
  { id: "node", title: "example.node", language: "javascript", code: NODE },
];
