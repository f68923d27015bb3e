// How a program that waits in `input()` gets a line.
//
// Where the frame is cross-origin isolated the worker sleeps on shared memory, which also carries interrupts. Elsewhere
// WebAssembly's stack switching (JSPI) suspends the interpreter until a message brings the line; such a program cannot be
// interrupted, but only ended.

/** The way of `input()` in this browser and page. */
export type Mechanism = "shared-memory" | "stack-switching" | "none";

/** The memory that the frame shares with its worker. */
export interface SharedInput {
  line: SharedArrayBuffer;
  interrupt: SharedArrayBuffer;
}

/** Two numbers (state and length) and the text. */
const HEADER_BYTES = 8;
const LINE_BYTES = 64 * 1024;
const STATE = { waiting: 0, line: 1, end: 2, interrupted: 3 } as const;
/** What Pyodide takes for SIGINT. */
const SIGINT = 2;

/** The memory, where the browser has such. */
export function sharedInput(): SharedInput | undefined {
  if (!globalThis.crossOriginIsolated) return undefined;
  return { line: new SharedArrayBuffer(HEADER_BYTES + LINE_BYTES), interrupt: new SharedArrayBuffer(1) };
}

/** Answers the worker's request. */
export function give({ line }: SharedInput, text: string | null): void {
  const bytes = new TextEncoder().encode(text ?? "").subarray(0, LINE_BYTES);
  new Uint8Array(line, HEADER_BYTES).set(bytes);
  new Int32Array(line, 0, 2)[1] = bytes.length;
  wake(line, text === null ? STATE.end : STATE.line);
}

/** Raises KeyboardInterrupt, also in a program that waits. */
export function interrupt(memory: SharedInput): void {
  new Uint8Array(memory.interrupt)[0] = SIGINT;
  wake(memory.line, STATE.interrupted);
}

/** The next line, or nothing at the end of the input. Blocks the worker until one of them is there. */
export function take({ line }: SharedInput, onInterrupt: () => void): string | null {
  const header = new Int32Array(line, 0, 2);
  Atomics.wait(header, 0, STATE.waiting);
  const state = Atomics.exchange(header, 0, STATE.waiting);
  if (state === STATE.interrupted) onInterrupt();
  if (state !== STATE.line) return null;
  return new TextDecoder().decode(new Uint8Array(line, HEADER_BYTES, header[1]).slice());
}

function wake(line: SharedArrayBuffer, state: number): void {
  const header = new Int32Array(line, 0, 2);
  Atomics.store(header, 0, state);
  Atomics.notify(header, 0);
}
