// Python in the browser: Pyodide in a worker of a frame that has an origin of its own, and whose policy forbids every connection.
import type { ResultFile } from "../types.ts";
import type { Job, Progress } from "./browser.ts";
import type { Worker_, WorkerEvents } from "./browser-session.ts";
import { pyodideFiles } from "./files.ts";
import { openFrame } from "./frame.ts";
import type { Mechanism } from "./input.ts";

/** What the worker sends. */
type FromWorker =
  | { type: "ready"; runtime: string; mechanism: Mechanism }
  | { type: "printed"; stream: "stdout" | "stderr"; text: string }
  | { type: "input" }
  | { type: "finished"; exit_code: number; files: ResultFile[] }
  | { type: "failed"; message: string };

/** A worker with a loaded interpreter that has run nothing yet. */
interface Loaded {
  port: MessagePort;
  runtime: string;
  mechanism: Mechanism;
}

/** Interpreters: one is loaded ahead after the first use, because loading takes a second or two. */
export class PythonPool {
  readonly #assets: string;
  readonly #onProgress: (progress: Progress) => void;
  #next: Promise<Loaded> | undefined;
  /** The frame with Pyodide's files, for all programs. */
  #frame: Promise<HTMLIFrameElement> | undefined;
  #mechanism: Mechanism = "none";

  constructor(assets: string, onProgress: (progress: Progress) => void) {
    this.#assets = assets;
    this.#onProgress = onProgress;
  }

  get inputMechanism(): Mechanism {
    return this.#mechanism;
  }

  async start(job: Job, events: WorkerEvents): Promise<Worker_> {
    const loading = this.#next ?? this.#load();
    this.#next = undefined;
    const loaded = await loading;
    events.started(loaded.runtime);
    const { port, mechanism } = loaded;
    port.onmessage = ({ data }) => this.#hear(data as FromWorker, events);
    port.postMessage({ type: "run", request: job.request, isTerminal: job.hasTerminal });
    return {
      input: (line) => port.postMessage({ type: "line", line }),
      interrupt: () => {
        if (mechanism !== "shared-memory") return false;
        port.postMessage({ type: "interrupt" });
        return true;
      },
      end: () => {
        end(port);
        this.#next ??= this.#load();
        this.#next.catch(() => (this.#next = undefined));
      },
    };
  }

  /** Ends the interpreter that was loaded ahead. */
  rest(): void {
    this.#next?.then(({ port }) => end(port)).catch(() => undefined);
    this.#next = undefined;
  }

  async #load(): Promise<Loaded> {
    this.#frame ??= this.#open();
    const frame = await this.#frame.catch((error: unknown) => {
      this.#frame = undefined;
      throw error;
    });
    const { port1: port, port2 } = new MessageChannel();
    const ready = await new Promise<FromWorker & { type: "ready" }>((resolve, reject) => {
      port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.type === "ready") resolve(data);
        if (data.type === "failed") reject(new Error(data.message));
      };
      frame.contentWindow?.postMessage(undefined, "*", [port2]);
    });
    this.#mechanism = ready.mechanism;
    return { port, runtime: ready.runtime, mechanism: ready.mechanism };
  }

  async #open(): Promise<HTMLIFrameElement> {
    const files = await pyodideFiles(`${this.#assets}pyodide/`, this.#onProgress);
    const frame = await openFrame(`${this.#assets}python.html`, "Python programs");
    frame.contentWindow?.postMessage(files, "*", Object.values(files));
    return frame;
  }

  #hear(message: FromWorker, events: WorkerEvents): void {
    if (message.type === "printed") events.printed(message.stream, message.text);
    if (message.type === "input") events.wantsInput();
    if (message.type === "finished") events.finished(message.exit_code, message.files);
    if (message.type === "failed") events.failed(new Error(message.message));
  }
}

function end(port: MessagePort): void {
  port.postMessage({ type: "end" });
}
