// npm's piston-client: `piston.mjs URL`.

import assert from "node:assert/strict";
import { piston } from "piston-client";

const client = piston({ server: process.argv[2] });
const runtimes = await client.runtimes();
assert.ok(runtimes.some((runtime) => runtime.language === "python" && runtime.version && runtime.aliases.includes("py")));

const answer = await client.execute("python", "import sys\nprint(input(), sys.argv[1:])", { stdin: "typed", args: ["a", "b"] });
assert.deepEqual([answer.language, answer.run.stdout, answer.run.code, answer.run.signal], ["python", "typed ['a', 'b']\n", 0, null]);
const script = await client.execute("javascript", "console.log(6 * 7)");
assert.equal(script.run.output, "42\n");
const files = [{ name: "main.py", content: "import helper; print(helper.answer)" }, { name: "helper.py", content: "answer = 42" }];
const several = await client.execute({ language: "python", version: "3.x", files });
assert.equal(several.run.stdout, "42\n");

const failed = await client.execute("python", "1/0");
assert.equal(failed.run.code, 1);
assert.match(failed.run.stderr, /ZeroDivisionError/);
const late = await client.execute("python", "while True: pass", { runTimeout: 500 });
assert.deepEqual([late.run.signal, late.run.status], ["SIGKILL", "TO"]);
const unknown = await client.execute("cobol", "", { version: "*" });
assert.deepEqual(unknown, { message: "cobol-* runtime is unknown" });
console.log("ok");
