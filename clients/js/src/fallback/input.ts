// How a worker that blocks in `input()` gets a line.
//
// Where the page is cross-origin isolated the worker sleeps on shared memory, which also carries interrupts. Elsewhere it makes a
// synchronous request that a service worker of ours holds open until the line is there; such a program cannot be interrupted, but
// only ended.

/** What the worker needs for its side. */
export type ForWorker =
  | { mechanism: "shared-memory"; line: SharedArrayBuffer; interrupt: SharedArrayBuffer }
  | { mechanism: "service-worker"; url: string }
  | { mechanism: "none" };

/** The page's side. */
export interface InputChannel {
  mechanism: ForWorker["mechanism"];
  forWorker: ForWorker;
  /** Answers the worker's request. */
  give(line: string | null): void;
  /** Whether the program could be interrupted. */
  interrupt(): boolean;
}

/** Two numbers (state and length) and the text. */
export const HEADER_BYTES = 8;
const LINE_BYTES = 64 * 1024;
/** States of the shared memory. */
export const STATE = { waiting: 0, line: 1, end: 2, interrupted: 3 } as const;
/** What Pyodide takes for SIGINT. */
const SIGINT = 2;

/** The best mechanism that this page has. */
export async function inputChannel(assets: string): Promise<InputChannel> {
  if (globalThis.crossOriginIsolated) return sharedMemory();
  const worker = await serviceWorker(assets).catch(() => undefined);
  if (worker) return throughServiceWorker(assets, worker);
  return { mechanism: "none", forWorker: { mechanism: "none" }, give: () => undefined, interrupt: () => false };
}

function sharedMemory(): InputChannel {
  const line = new SharedArrayBuffer(HEADER_BYTES + LINE_BYTES);
  const interrupt = new SharedArrayBuffer(1);
  const header = new Int32Array(line, 0, 2);
  const wake = (state: number) => {
    Atomics.store(header, 0, state);
    Atomics.notify(header, 0);
  };
  return {
    mechanism: "shared-memory",
    forWorker: { mechanism: "shared-memory", line, interrupt },
    give(text) {
      const bytes = new TextEncoder().encode(text ?? "").subarray(0, LINE_BYTES);
      new Uint8Array(line, HEADER_BYTES).set(bytes);
      header[1] = bytes.length;
      wake(text === null ? STATE.end : STATE.line);
    },
    interrupt() {
      new Uint8Array(interrupt)[0] = SIGINT;
      wake(STATE.interrupted);
      return true;
    },
  };
}

function throughServiceWorker(assets: string, worker: ServiceWorker): InputChannel {
  const id = crypto.randomUUID();
  return {
    mechanism: "service-worker",
    forWorker: { mechanism: "service-worker", url: `${assets}input?id=${id}` },
    give: (line) => worker.postMessage({ type: "runtray-input", id, line }),
    interrupt: () => false,
  };
}

/** Our service worker; its scope is the folder of our files alone, so it sees nothing of the page. */
async function serviceWorker(assets: string): Promise<ServiceWorker | undefined> {
  const registration = await navigator.serviceWorker?.register(`${assets}service-worker.js`, { scope: assets });
  const worker = registration?.active ?? registration?.waiting ?? registration?.installing;
  if (!worker || worker.state === "activated") return worker ?? undefined;
  return new Promise((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve(worker);
      if (worker.state === "redundant") reject(new Error("the service worker was replaced"));
    });
  });
}
