// npm's piston-client: `piston.mjs URL`.
//
// It does not say that its bodies are JSON. Piston answers that with a 415, and so does Runtray: a page of another origin could send
// such a request as well. So the client lists what is there, and gets Piston's own words where it runs something.

import assert from "node:assert/strict";
import { piston } from "piston-client";

const client = piston({ server: process.argv[2] });
const runtimes = await client.runtimes();
assert.ok(runtimes.some((runtime) => runtime.language === "python" && runtime.version && runtime.aliases.includes("py")));
const refused = await client.execute("python", "print(1)");
assert.deepEqual(refused, { message: "requests must be of type application/json" });
console.log("ok");
