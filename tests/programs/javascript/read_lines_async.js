import { createInterface } from "node:readline/promises";
import { stdin, stdout } from "node:process";

const words = new Map();
for await (const line of createInterface({ input: stdin, crlfDelay: Infinity })) {
  for (const word of line.toLowerCase().match(/\p{L}+/gu) ?? []) {
    words.set(word, (words.get(word) ?? 0) + 1);
  }
}
const ranked = [...words].sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
stdout.write(ranked.map(([word, count]) => `${word.padEnd(6)} ${"#".repeat(count)}\n`).join(""));
