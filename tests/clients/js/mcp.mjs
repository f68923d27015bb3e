// The official SDK as a client: `mcp.mjs stdio PROGRAM CALLS` or `mcp.mjs http URL CALLS`. Instead of a number, CALLS may be
// `hang`: one call that does not end. RUNTRAY_TEST_BEATS names a file that programs may write to, and RUNTRAY_TEST_VARIABLES has
// the environment variables of that call as JSON.

import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport, getDefaultEnvironment } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [kind, target, calls] = process.argv.slice(2);
const BEATS = process.env.RUNTRAY_TEST_BEATS;
const VARIABLES = JSON.parse(process.env.RUNTRAY_TEST_VARIABLES ?? "{}");

const PICTURE = `
import base64
open("dot.png", "wb").write(base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="))
open("numbers.csv", "w").write("1,2")
print("drawn")
`;

function transport() {
  if (kind === "http") return new StreamableHTTPClientTransport(new URL(target));
  const env = { ...getDefaultEnvironment(), RUNTRAY_HOME: process.env.RUNTRAY_HOME, RUNTRAY_CONTAINER: "1" };
  return new StdioClientTransport({ command: target, args: ["mcp"], env });
}

async function run(client, args, options) {
  return client.callTool({ name: "run_code", arguments: args }, undefined, options);
}

async function check(client) {
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name), ["run_code", "list_languages"]);
  assert.match(tools[0].description, /python \(/);

  const seen = [];
  // It rests at the end too: the SDK drops progress that arrives together with the answer.
  const code = "import time\nprint('one', flush=True); time.sleep(0.3)\nprint(input(), flush=True); time.sleep(0.3)";
  const slow = await run(client, { code, stdin: "two" }, {
    onprogress: (progress) => seen.push(progress.message),
  });
  assert.equal(slow.content[0].text, "one\ntwo");
  assert.equal(slow.structuredContent.status, "completed");
  assert.equal(seen.join(""), "one\ntwo\n");
  assert.ok(seen.length > 1, "progress came while the program ran");

  const drawn = await run(client, { code: PICTURE });
  const blocks = drawn.content.map((block) => block.type);
  assert.deepEqual(blocks, ["text", "image", "resource"]);
  assert.equal(drawn.content[1].mimeType, "image/png");
  assert.equal(Buffer.from(drawn.content[2].resource.blob, "base64").toString(), "1,2");

  const failed = await run(client, { code: "1/0", timeout: 5 });
  assert.equal(failed.isError, true);
  assert.match(failed.content[0].text, /ZeroDivisionError[\s\S]*\[failed: exit code 1\]/);
  assert.deepEqual(failed.structuredContent.ignored, ["timeout"]);

  const unknown = await run(client, { code: "x", language: "cobol" });
  assert.equal(unknown.isError, true);
  assert.match(unknown.content[0].text, /`cobol` is not known. There are: python.* The tool `list_languages` says more.$/);

  const without = await run(client, {});
  assert.match(without.content[0].text, /^The tool's arguments cannot be used: missing field `code`/);
  await assert.rejects(client.callTool({ name: "format_disk", arguments: {} }), /no tool/);

  const { structuredContent } = await client.callTool({ name: "list_languages", arguments: {} });
  assert.ok(structuredContent.languages.some((row) => row.language === "python" && row.available));

  // It must be the cancellation that ends it: the program would run for a minute.
  const cancel = new AbortController();
  const begun = Date.now();
  const onprogress = async () => {
    while (statSync(BEATS).size === 0) await sleep(10);
    cancel.abort();
  };
  await assert.rejects(endless(client, { signal: cancel.signal, onprogress }));
  let beats = -1;
  while (beats !== statSync(BEATS).size) {
    beats = statSync(BEATS).size;
    await sleep(200);
  }
  assert.ok(Date.now() - begun < 30000, "the program of a cancelled call is gone");

  for (let call = 0; call < Number(calls); call += 1) {
    const answer = await run(client, { code: `print ${call}`, language: "fake" });
    assert.equal(answer.content[0].text, String(call));
  }
}

/** A call whose program runs for a minute, and writes to a file every 10 ms. */
async function endless(client, options) {
  writeFileSync(BEATS, "");
  const code = `print on\nheartbeat ${BEATS} 10`;
  return run(client, { code, language: "fake", timeout_ms: 60000, env: VARIABLES }, options);
}

const client = new Client({ name: "test", version: "1" });
await client.connect(transport());
if (calls === "hang") {
  await endless(client, { onprogress: () => console.log("on") });
}
await check(client);
await client.close();
console.log("ok");
