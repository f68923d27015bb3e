import fs, { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { shout, default as greet } from "./lib/greet.mjs";
import legacy from "./lib/legacy.cjs";

const here = path.dirname(fileURLToPath(import.meta.url));
console.log(path.basename(import.meta.url), here === process.cwd(), typeof require, this);
console.log(greet("Ada"), shout("hey"), legacy.answer);
await writeFile("out.json", JSON.stringify({ saved: true }));
console.log(JSON.parse(await readFile("out.json", "utf8")), (await fs.stat("out.json")).size);
const { shout: again } = await import("./lib/greet.mjs");
console.log(again === shout, await Promise.all([1, Promise.resolve(2)]));
