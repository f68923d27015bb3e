#!/usr/bin/env node
// `npx runtray-assets FOLDER`: puts what programs in the browser need into a folder that the page's server serves.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { fileURLToPath } from "node:url";

const PYODIDE_FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

const [, , folder] = argv;
if (!folder) {
  stderr.write("Usage: runtray-assets FOLDER, such as public/runtray\n");
  exit(2);
}
await cp(fileURLToPath(new URL("./assets/", import.meta.url)), folder, { recursive: true });
const pyodide = findPyodide();
if (!pyodide) {
  stderr.write("The package pyodide is not installed, so Python cannot run in the browser: npm install pyodide\n");
  exit(1);
}
await mkdir(join(folder, "pyodide"), { recursive: true });
for (const file of PYODIDE_FILES) await cp(join(pyodide, file), join(folder, "pyodide", file));
const { version } = JSON.parse(await readFile(join(pyodide, "package.json"), "utf8")) as { version: string };
await writeFile(join(folder, "pyodide", "version.json"), JSON.stringify({ version }));
stdout.write(`${folder}: Python for the browser (Pyodide ${version}) and the workers\n`);

/** The package as the project has it, which may not be where this file is. */
function findPyodide(): string | undefined {
  for (const base of [join(process.cwd(), "package.json"), fileURLToPath(import.meta.url)]) {
    try {
      return dirname(createRequire(base).resolve("pyodide/package.json"));
    } catch {
      // Tried from the next place.
    }
  }
  return undefined;
}
