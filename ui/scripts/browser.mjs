// Debian's headless Chromium, controlled over its DevTools protocol. Node.js includes the WebSocket client.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = process.env["CHROMIUM"] ?? "chromium";

/** Starts the browser and returns an empty page. */
export async function open() {
  const profile = mkdtempSync(join(tmpdir(), "runtray-chromium-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio"];
  const program = spawn(PROGRAM, [...flags, "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"]);
  const address = await listening(program);
  const targets = await (await fetch(`http://${new URL(address).host}/json`)).json();
  const page = await connect(targets.find((target) => target.type === "page").webSocketDebuggerUrl);
  page.quit = async () => {
    const ended = new Promise((resolve) => program.once("exit", resolve));
    program.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return page;
}

function listening(program) {
  return new Promise((found, failed) => {
    let stderr = "";
    program.once("error", failed);
    program.once("exit", () => failed(new Error(`${PROGRAM} ended before it listened:\n${stderr}`)));
    program.stderr.on("data", (text) => {
      stderr += text;
      const address = stderr.match(/DevTools listening on (\S+)/)?.[1];
      if (address) found(address);
    });
  });
}

async function connect(address) {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const answer = waiting.get(id);
    if (!answer) return;
    waiting.delete(id);
    if (error) answer.reject(new Error(error.message));
    else answer.resolve(result);
  };
  const call = (method, params = {}) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return { call, evaluate: (expression) => evaluate(call, expression) };
}

async function evaluate(call, expression) {
  const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}
