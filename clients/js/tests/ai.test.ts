// The tool for the AI SDK: its own loop, with a model that was written for this test, runs programs on the real service.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { generateText, isStepCount } from "ai";
import { MockLanguageModelV4 } from "ai/test";

import { runCodeTool } from "../dist/ai.js";
import type { RunCodeInput } from "../dist/ai.js";
import { Runtray } from "../dist/index.js";
import { Service, eventually } from "./service.ts";

let service: Service;
before(async () => (service = await Service.start()));
after(() => service.end());

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A model that calls the tool with `input`, and then says that it is done. */
function caller(input: RunCodeInput): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    doGenerate: [
      {
        content: [{ type: "tool-call", toolCallId: "1", toolName: "run_code", input: JSON.stringify(input) }],
        finishReason: { unified: "tool-calls", raw: undefined },
        usage,
        warnings: [],
      },
      { content: [{ type: "text", text: "done" }], finishReason: { unified: "stop", raw: undefined }, usage, warnings: [] },
    ],
  });
}

/** The parts of the tool's result that the model reads in its second step. */
async function seen(input: RunCodeInput, url = service.url) {
  const model = caller(input);
  const tools = { run_code: runCodeTool(new Runtray({ url, retries: 0 })) };
  const { text } = await generateText({ model, tools, prompt: "Run it.", stopWhen: isStepCount(2) });
  assert.equal(text, "done");
  const [offered] = model.doGenerateCalls[0]?.tools ?? [];
  assert.ok(offered?.type === "function" && /whole program/.test(offered.description ?? "") && offered.inputSchema.required?.includes("code"));
  const results = model.doGenerateCalls[1]?.prompt.flatMap(({ role, content }) => (role === "tool" ? content : [])) ?? [];
  const [result] = results;
  assert.ok(results.length === 1 && result?.type === "tool-result" && result.output.type === "content", JSON.stringify(results));
  return result.output.value;
}

test("a model reads what its program printed, and sees its picture", async () => {
  const code = `import base64\nprint(input(), open('a.txt').read())\nopen('dot.png', 'wb').write(base64.b64decode('${PICTURE}'))`;
  const [text, picture, ...rest] = await seen({ code, stdin: "in", files: [{ path: "a.txt", content: "file" }] });
  assert.deepEqual(text, { type: "text", text: "in file\n[files: dot.png (70 bytes)]" });
  assert.ok(picture?.type === "file" && picture.mediaType === "image/png" && picture.data.type === "data");
  assert.equal(picture.data.data, PICTURE);
  assert.deepEqual(rest, []);
});

test("a model reads how a program failed, and why one was not run", async () => {
  const [failed] = await seen({ code: "1/0" });
  assert.match(failed?.type === "text" ? failed.text : "", /^\[stderr\]\nTraceback[^]*ZeroDivisionError[^]*\n\[failed: exit code 1\]$/);
  const [refused] = await seen({ code: "", language: "cobol" });
  assert.match(refused?.type === "text" ? refused.text : "", /^The program was not run: .*cobol.* There are: python/);
  const [nobody] = await seen({ code: "" }, "http://127.0.0.1:9");
  assert.match(nobody?.type === "text" ? nobody.text : "", /^The program was not run: Runtray does not answer/);
});

test("a call that is aborted cancels its run", async () => {
  const abort = new AbortController();
  const tools = { run_code: runCodeTool(new Runtray({ url: service.url })) };
  const model = caller({ code: "import time; time.sleep(60)", timeout_ms: 60_000 });
  const call = generateText({ model, tools, prompt: "Run it.", abortSignal: abort.signal, stopWhen: isStepCount(2) });
  call.catch(() => undefined);
  await eventually("it runs", async () => (await service.newest()) === "running");
  abort.abort();
  await assert.rejects(call);
  await eventually("it is cancelled", async () => (await service.newest()) === "cancelled");
});
