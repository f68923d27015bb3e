// The worker that runs Python. It runs one program and ends with it.
import { take } from "../fallback/input.ts";
import type { Mechanism, SharedInput } from "../fallback/input.ts";
import type { ExecuteRequest } from "../types.ts";
import RUN from "./run.py";

/** What the frame gives to a worker. */
export interface ForWorker {
  /** URLs of `pyodide.mjs` and of `pyodide.asm.mjs`. */
  loader: string;
  module: string;
  code: WebAssembly.Module;
  /** `python_stdlib.zip`. */
  library: ArrayBuffer;
  /** `pyodide-lock.json`. */
  lock: string;
  memory: SharedInput | undefined;
}

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
  | ({ type: "load" } & ForWorker)
  | { type: "run"; request: ExecuteRequest; isTerminal: boolean }
  | { type: "line"; line: string | null };

const send = (message: object) => postMessage(message);
/** Pyodide asks for files below it, and gets what the frame gave. */
const BASE = "https://pyodide.invalid/";
let python: Pyodide;
let memory: SharedInput | undefined;
let mechanism: Mechanism = "none";
/** Gives the program that is suspended in `input()` its line. */
let resume: (line: string | null) => void = () => undefined;

onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "line") return resume(data.line);
  const work = data.type === "load" ? load(data) : run(data.request, data.isTerminal);
  work.catch((error: Error) => send({ type: "failed", message: String(error.message ?? error) }));
};

async function load(given: ForWorker): Promise<void> {
  memory = given.memory;
  mechanism = memory ? "shared-memory" : "Suspending" in WebAssembly ? "stack-switching" : "none";
  const { fetch } = globalThis;
  globalThis.fetch = async (input) => new Response(String(input).endsWith(".zip") ? given.library : null);
  // Pyodide would compile its code anew in each worker.
  WebAssembly.instantiateStreaming = async (_, imports) => ({ module: given.code, instance: await WebAssembly.instantiate(given.code, imports) });
  const { loadPyodide } = (await import(given.loader)) as { loadPyodide(options: object): Promise<Pyodide> };
  const { default: createPyodideModule } = (await import(given.module)) as { default: unknown };
  python = await loadPyodide({ indexURL: BASE, createPyodideModule, lockFileContents: given.lock, packageBaseUrl: BASE });
  globalThis.fetch = fetch;
  if (memory) python.setInterruptBuffer(new Uint8Array(memory.interrupt));
  python.runPython(RUN);
  const version = String(python.runPython("import platform; platform.python_version()"));
  send({ type: "ready", mechanism, runtime: `CPython ${version} in this browser (Pyodide ${python.version})` });
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
  const start = python.globals.get("_runtray_run") as (request: string, line: unknown, isatty: boolean) => Promise<string>;
  const line = mechanism === "stack-switching" ? suspended : undefined;
  const ended = JSON.parse(await start(JSON.stringify(request), line, isatty)) as { exit_code: number; files: unknown[] };
  send({ type: "finished", ...ended });
}

/** The next line of input for an interpreter that waits for promises. */
function suspended(): Promise<string> {
  send({ type: "input" });
  return new Promise((resolve) => (resume = (line) => resolve(line ?? "")));
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
  if (!memory) throw new Error("input() needs cross-origin isolation or a browser with WebAssembly's stack switching, and neither is there");
  send({ type: "input" });
  return take(memory, () => python.checkInterrupt());
}
