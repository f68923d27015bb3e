// The inspector's command line: `inspector.mjs http URL` or `inspector.mjs stdio PROGRAM`.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const [kind, target] = process.argv.slice(2);
const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/inspector/package.json");
const INSPECTOR = join(dirname(manifest), "clients/launcher/build/index.js");
const SERVER = kind === "http" ? [target, "--transport", "http"] : [target, "mcp"];

/** What the inspector prints for a method. */
function inspect(method, ...args) {
  const env = { ...process.env, HOME: process.env.RUNTRAY_HOME, MCP_AUTO_OPEN_ENABLED: "false" };
  const variables = ["RUNTRAY_HOME", "RUNTRAY_CONTAINER"].flatMap((name) => (kind === "http" ? [] : ["-e", `${name}=${process.env[name]}`]));
  const words = [INSPECTOR, "--cli", ...variables, ...SERVER, "--method", method, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { env, encoding: "utf8", input: "not for the program\n", timeout: 120_000 });
  return { status, stderr, said: stdout.trim() === "" ? undefined : JSON.parse(stdout) };
}

const listed = inspect("tools/list", "--strict");
assert.equal(listed.status, 0, `the inspector finds fault with the tools: ${listed.stderr}`);
assert.deepEqual(listed.said.tools.map((tool) => tool.name), ["run_code", "list_languages"]);

const ran = inspect("tools/call", "--tool-name", "run_code", "--tool-arg", "code=print(6 * 7, repr(input()))", "stdin=typed");
assert.equal(ran.status, 0, ran.stderr);
assert.equal(ran.said.content[0].text, "42 'typed'");
assert.equal(ran.said.structuredContent.status, "completed");

const failed = inspect("tools/call", "--tool-name", "run_code", "--tool-arg", "code=1/0");
assert.equal(failed.said.isError, true, failed.stderr);
assert.match(failed.said.content[0].text, /ZeroDivisionError/);

const languages = inspect("tools/call", "--tool-name", "list_languages");
assert.ok(languages.said.structuredContent.languages.some((row) => row.language === "python"), languages.stderr);
console.log("ok");
