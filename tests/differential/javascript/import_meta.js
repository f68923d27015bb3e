import fs from "node:fs";
import { isMainThread } from "node:worker_threads";

console.log(import.meta.url, import.meta.filename, import.meta.dirname, import.meta.main, import.meta.resolve("./other.mjs"));
console.log(Object.keys(import.meta).join(), typeof require, typeof module, this, isMainThread, fs.existsSync(import.meta.filename));
console.log((await import(import.meta.url)).default, process.argv[1]);
export default "itself";
