// Parts that need no service.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import { collect } from "../dist/index.js";
import type { RunEvent } from "../dist/index.js";
import { retryAfter } from "../dist/errors.js";
import { isConnectionRefused } from "../dist/retry.js";
import { events } from "../dist/sse.js";
import { Keyboard } from "../dist/fallback/keyboard.js";

/** The events of a body that arrives in pieces of `size` bytes. */
async function parsed(text: string, size: number) {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
      controller.close();
    },
  });
  const found = [];
  for await (const event of events(body)) found.push(event);
  return found;
}

test("events are found however they are cut", async () => {
  const text = ': keep\n\nevent: stdout\ndata: {"data":"é€😀"}\n\nevent: a\r\ndata: 1\r\ndata: 2\r\n\r\ndata: x: y\n\nevent: no data\n\n';
  const expected = [
    { event: "stdout", data: '{"data":"é€😀"}' },
    { event: "a", data: "1\n2" },
    { event: "message", data: "x: y" },
  ];
  for (const size of [1, 2, 3, 7, 1000]) assert.deepEqual(await parsed(text, size), expected, `in pieces of ${size}`);
});

test("a refused connection is told from one that broke", () => {
  const error = (code: string, extra = {}) => Object.assign(new Error("failed"), { code, ...extra });
  assert.ok(isConnectionRefused(new TypeError("fetch failed", { cause: error("ECONNREFUSED") })));
  assert.ok(isConnectionRefused(error("", { errors: [error("ECONNREFUSED"), error("ECONNREFUSED")] })));
  assert.ok(isConnectionRefused(new TypeError("tcp connect error: Connection refused (os error 111)")));
  for (const other of [error("ECONNRESET"), error("", { errors: [error("ECONNREFUSED"), error("ETIMEDOUT")] }), new TypeError("Failed to fetch"), "x"]) {
    assert.ok(!isConnectionRefused(other), String(other));
  }
});

test("Retry-After is seconds or a date", () => {
  const ms = (value?: string) => retryAfter(new Headers(value ? { "retry-after": value } : {}));
  assert.deepEqual([ms("3"), ms(), ms("soon")], [3000, 1000, 1000]);
  assert.ok(Math.abs(ms(new Date(Date.now() + 5000).toUTCString()) - 5000) < 1500);
});

test("a result keeps a bounded part of what is printed, and whole characters", async () => {
  async function* printing(piece: string, times: number) {
    for (let time = 0; time < times; time++) yield { type: "stdout", data: piece };
    yield { type: "finished", output_truncated: times === 3 };
  }
  const collected = (piece: string, times: number) => collect(printing(piece, times) as AsyncIterable<RunEvent>);
  const most = 8 * 1024 * 1024;
  const long = await collected("x".repeat(1 << 20), 600);
  assert.deepEqual([long.output.length, long.output_truncated], [most, true]);
  const euros = await collected("€".repeat(1 << 20), 3);
  assert.deepEqual([euros.output.length, euros.output_truncated], [Math.floor(most / 3), true]);
  // The service's flag is about its log; here nothing was cut.
  const short = await collected("x", 3);
  assert.deepEqual([short.output, short.output_truncated], ["xxx", false]);
});

test("the keyboard of programs in the browser edits a line as a terminal does", () => {
  let echoed = "";
  const lines: (string | null)[] = [];
  const request = { code: "", stdin: "given\n" };
  const keyboard = new Keyboard(
    { request, isInteractive: true, hasTerminal: true, timeoutMs: 1 },
    { echo: (text) => (echoed += text), line: (line) => lines.push(line), interrupt: () => lines.push("interrupt") },
  );
  const ask = (typed: string) => {
    keyboard.wanted();
    keyboard.type(typed);
  };
  ask("");
  ask("ax\u007fb\u001b[Ac\r");
  ask("é\u007f😀\r");
  ask("gone\u0003kept\r");
  ask("\u0004");
  assert.deepEqual(lines, ["given\n", "abc\n", "😀\n", "interrupt", "kept\n", null]);
  assert.ok(echoed.startsWith("ax\b \bbc\r\n"), JSON.stringify(echoed));
});

/** The size of a module and what it imports of this package, as it reaches a browser. */
async function gzipped(entry: string): Promise<number> {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, minify: true, format: "esm", write: false });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

test("the core and the element are as small as the README says", async () => {
  const core = await gzipped("dist/index.js");
  const element = await gzipped("dist/element.js");
  console.log(`core ${core} bytes, element with xterm and all that it needs ${element} bytes, gzipped`);
  assert.ok(core > 1000 && core < 6_000, `core: ${core}`);
  assert.ok(element > 10_000 && element < 120_000, `element: ${element}`);
  assert.deepEqual(Object.keys(JSON.parse(await readFile("package.json", "utf8"))).filter((key) => key === "dependencies"), []);
});
