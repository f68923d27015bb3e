import { readFileSync } from "fs";

console.log(import.meta.url, typeof require, readFileSync("package.json", "utf8"));
console.log(await import("#inner"));
