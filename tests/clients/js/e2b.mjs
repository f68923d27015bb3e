// npm's @e2b/code-interpreter, its address set: `E2B_DEBUG=true E2B_SANDBOX_URL=URL e2b.mjs`.

import assert from "node:assert/strict";
import { Sandbox } from "@e2b/code-interpreter";

const sandbox = await Sandbox.create({ debug: true });
const seen = [];
const answer = await sandbox.runCode("import os\nprint('hi', os.environ['NAME'])", {
  envs: { NAME: "Ada" },
  onStdout: (message) => seen.push(message.line),
});
assert.equal(answer.logs.stdout.join(""), "hi Ada\n");
assert.equal(seen.join(""), "hi Ada\n");
assert.equal(answer.error, undefined);

const picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const drawn = await sandbox.runCode(`import base64\nopen("dot.png", "wb").write(base64.b64decode("${picture}"))`);
assert.deepEqual(drawn.results.map((result) => [result.text, result.png]), [["dot.png", picture]]);

const failed = await sandbox.runCode("1/0");
assert.deepEqual([failed.error.name, failed.error.value], ["ZeroDivisionError", "division by zero"]);

const script = await sandbox.runCode("console.log(6 * 7)", { language: "javascript" });
assert.equal(script.logs.stdout.join(""), "42\n");
const broken = await sandbox.runCode("throw new TypeError('no')", { language: "javascript" });
assert.deepEqual([broken.error.name, broken.error.value], ["TypeError", "no"]);

await assert.rejects(sandbox.createCodeContext(), /Runtray has no contexts/);
console.log("ok");
