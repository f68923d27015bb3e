// The frame that holds Python programs: it has an origin of its own, and its policy, which its workers inherit, forbids every
// connection. It makes a worker for each program and connects it with the page.
import { give, interrupt, sharedInput } from "../fallback/input.ts";
import type { ForWorker } from "./python-worker.ts";
import { isIsolated } from "./isolated.ts";
import WORKER from "./python-worker.ts?text";

type FromPage =
  | { type: "run" }
  | { type: "line"; line: string | null }
  | { type: "interrupt" }
  | { type: "end" };

const worker = asUrl(WORKER);
let files: Promise<Omit<ForWorker, "memory">>;

addEventListener("message", ({ data, source, ports: [port] }: MessageEvent<Record<string, ArrayBuffer> | undefined>) => {
  if (source !== parent || !isIsolated()) return;
  if (data) files = prepare(data);
  if (port) start(port).catch((error: Error) => port.postMessage({ type: "failed", message: String(error.message ?? error) }));
});

/** Compiles the interpreter once, for all workers. */
async function prepare(content: Record<string, ArrayBuffer>): Promise<Omit<ForWorker, "memory">> {
  const file = (name: string) => content[name] ?? new ArrayBuffer(0);
  return {
    loader: asUrl(file("pyodide.mjs")),
    module: asUrl(file("pyodide.asm.mjs")),
    code: await WebAssembly.compile(file("pyodide.asm.wasm")),
    library: file("python_stdlib.zip"),
    lock: new TextDecoder().decode(file("pyodide-lock.json")),
  };
}

async function start(port: MessagePort): Promise<void> {
  const given = await files;
  const memory = sharedInput();
  const program = new Worker(worker, { name: "runtray-python" });
  program.onmessage = ({ data }) => port.postMessage(data);
  program.onerror = ({ message }) => port.postMessage({ type: "failed", message: message || "the worker could not be started" });
  port.onmessage = ({ data }: MessageEvent<FromPage>) => {
    if (data.type === "end") program.terminate();
    else if (data.type === "interrupt") memory && interrupt(memory);
    else if (data.type === "line" && memory) give(memory, data.line);
    else program.postMessage(data);
  };
  program.postMessage({ type: "load", ...given, memory });
}

function asUrl(text: BlobPart): string {
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}
