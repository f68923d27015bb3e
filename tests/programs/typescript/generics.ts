type Result<T, E = Error> = { ok: true; value: T } | { ok: false; error: E };
type Keys<T> = { [K in keyof T]: T[K] extends string ? K : never }[keyof T];

class Stack<T extends { toString(): string }> {
  #items: T[] = [];
  push(...items: T[]): this {
    this.#items.push(...items);
    return this;
  }
  pop(): T | undefined {
    return this.#items.pop();
  }
}

function parse(text: string): Result<number, string> {
  const value = Number(text);
  return Number.isNaN(value) ? { ok: false, error: `"${text}" is no number` } : { ok: true, value };
}

function pluck<T, K extends keyof T>(items: readonly T[], key: K): T[K][] {
  return items.map((item) => item[key]);
}

function area(width: number): number;
function area(width: number, height: number): number;
function area(width: number, height: number = width): number {
  return width * height;
}

const config = { host: "localhost", port: 5000 } as const satisfies Record<string, string | number>;
const name: Keys<{ id: number; title: string }> = "title";
for (const text of ["42", "x"]) {
  const result = parse(text);
  console.log(result.ok ? result.value + 1 : result.error);
}
console.log(pluck([{ id: 1, tag: "a" }, { id: 2, tag: "b" }], "tag"), new Stack<number>().push(1, 2).pop());
console.log(area(3), area(3, 4), config.port, name, (<T,>(x: T): T => x)("generic arrow"), ((config as any).missing)?.length);
