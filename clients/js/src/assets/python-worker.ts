// The worker that runs Python. It runs one program and ends with it.
import { HEADER_BYTES, STATE } from "../fallback/input.ts";
import type { ForWorker } from "../fallback/input.ts";
import type { ExecuteRequest } from "../types.ts";
import { withCache } from "./cache.ts";
import RUN from "./run.py";

interface Pyodide {
  version: string;
  FS: unknown;
  globals: { get(name: string): unknown };
  toPy(value: unknown): unknown;
  setStdout(options: object): void;
  setStderr(options: object): void;
  setStdin(options: object): void;
  setInterruptBuffer(buffer: Uint8Array): void;
  checkInterrupt(): void;
  runPython(code: string): unknown;
  runPythonAsync(code: string, options?: object): Promise<unknown>;
}
type ToWorker =
  | { type: "load"; assets: string; input: ForWorker; code: WebAssembly.Module | undefined }
  | { type: "run"; request: ExecuteRequest; isTerminal: boolean };

const send = (message: object) => postMessage(message);
const Xhr = globalThis.XMLHttpRequest;
let python: Pyodide;
let input: ForWorker = { mechanism: "none" };

onmessage = ({ data }: MessageEvent<ToWorker>) => {
  const work = data.type === "load" ? load(data) : run(data.request, data.isTerminal);
  work.catch((error: Error) => send({ type: "failed", message: String(error.message ?? error) }));
};

async function load({ assets, input: mechanism, code: compiled }: ToWorker & { type: "load" }): Promise<void> {
  input = mechanism;
  const base = `${assets}pyodide/`;
  await withCache(base, (progress) => send({ type: "progress", ...progress }));
  const code = compiled ?? (await WebAssembly.compileStreaming(fetch(`${base}pyodide.asm.wasm`)));
  // Pyodide would compile its code anew in each worker.
  WebAssembly.instantiateStreaming = async (_, imports) => ({ module: code, instance: await WebAssembly.instantiate(code, imports) });
  const { loadPyodide } = (await import(`${base}pyodide.mjs`)) as { loadPyodide(options: object): Promise<Pyodide> };
  python = await loadPyodide({ indexURL: base });
  if (input.mechanism === "shared-memory") python.setInterruptBuffer(new Uint8Array(input.interrupt));
  python.runPython(RUN);
  const version = String(python.runPython("import platform; platform.python_version()"));
  withoutNetwork();
  send({ type: "ready", code, runtime: `CPython ${version} in this browser (Pyodide ${python.version})` });
}

async function run(request: ExecuteRequest, isatty: boolean): Promise<void> {
  for (const [stream, set] of [["stdout", "setStdout"], ["stderr", "setStderr"]] as const) {
    const decoder = new TextDecoder();
    const write = (bytes: Uint8Array) => {
      // A view of the interpreter's memory: decoded before it changes.
      send({ type: "printed", stream, text: decoder.decode(bytes.slice(), { stream: true }) });
      return bytes.length;
    };
    python[set]({ write, isatty });
  }
  python.setStdin({ read, isatty });
  const start = python.globals.get("_runtray_run") as (request: string) => Promise<string>;
  const ended = JSON.parse(await start(JSON.stringify(request))) as { exit_code: number; files: unknown[] };
  send({ type: "finished", ...ended });
}

/** What is left of the last line. */
let rest = new Uint8Array();

/** Fills `buffer` with input and gives the number of bytes; 0 at its end. */
function read(buffer: Uint8Array): number {
  if (!rest.length) rest = new TextEncoder().encode(readLine() ?? "");
  const part = rest.subarray(0, buffer.length);
  buffer.set(part);
  rest = rest.subarray(part.length);
  return part.length;
}

/** The next line of input, or nothing at its end. Blocks the worker until the page has one. */
function readLine(): string | null {
  if (input.mechanism === "none") {
    throw new Error("input() needs a service worker or cross-origin isolation, and this page has neither");
  }
  send({ type: "input" });
  return input.mechanism === "shared-memory" ? fromMemory(input.line) : fromServiceWorker(input.url);
}

function fromMemory(buffer: SharedArrayBuffer): string | null {
  const header = new Int32Array(buffer, 0, 2);
  Atomics.wait(header, 0, STATE.waiting);
  const state = Atomics.exchange(header, 0, STATE.waiting);
  if (state === STATE.interrupted) python.checkInterrupt();
  if (state !== STATE.line) return null;
  return new TextDecoder().decode(new Uint8Array(buffer, HEADER_BYTES, header[1]).slice());
}

function fromServiceWorker(url: string): string | null {
  for (;;) {
    const request = new Xhr();
    request.open("POST", url, false);
    request.send();
    if (request.status === 200) return JSON.parse(request.responseText) as string | null;
    if (request.status !== 204) throw new Error(`input() failed: the service worker did not answer (${request.status})`);
  }
}

/** Takes from the program what would let it talk to servers in the page's name. */
function withoutNetwork(): void {
  const names = ["fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport", "EventSource", "Worker", "importScripts", "indexedDB", "caches", "BroadcastChannel"];
  for (const name of names) Object.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false });
}
