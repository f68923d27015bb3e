// Python in the browser: Pyodide in a worker, from the page's own files.
import type { ResultFile } from "../types.ts";
import type { Job, Progress } from "./browser.ts";
import type { Worker_, WorkerEvents } from "./browser-session.ts";
import { inputChannel } from "./input.ts";
import type { InputChannel } from "./input.ts";

/** What the worker sends. */
type FromWorker =
  | ({ type: "progress" } & Progress)
  | { type: "ready"; runtime: string; code: WebAssembly.Module }
  | { type: "printed"; stream: "stdout" | "stderr"; text: string }
  | { type: "input" }
  | { type: "finished"; exit_code: number; files: ResultFile[] }
  | { type: "failed"; message: string };

/** A worker with a loaded interpreter that has run nothing yet. */
interface Loaded {
  worker: Worker;
  input: InputChannel;
  runtime: string;
}

/** Interpreters: one is loaded ahead after the first use, because loading takes a second or two. */
export class PythonPool {
  readonly #assets: string;
  readonly #onProgress: (progress: Progress) => void;
  #next: Promise<Loaded> | undefined;
  /** The interpreter's compiled code, which all workers share. */
  #code: WebAssembly.Module | undefined;
  #mechanism: InputChannel["mechanism"] = "none";

  constructor(assets: string, onProgress: (progress: Progress) => void) {
    this.#assets = assets;
    this.#onProgress = onProgress;
  }

  get inputMechanism(): InputChannel["mechanism"] {
    return this.#mechanism;
  }

  async start(job: Job, events: WorkerEvents): Promise<Worker_> {
    const loading = this.#next ?? this.#load();
    this.#next = undefined;
    const loaded = await loading;
    events.started(loaded.runtime);
    const { worker, input } = loaded;
    worker.onmessage = ({ data }) => this.#hear(data as FromWorker, events);
    worker.onerror = (event) => events.failed(new Error(event.message));
    worker.postMessage({ type: "run", request: job.request, isTerminal: job.hasTerminal });
    return {
      input: (line) => input.give(line),
      interrupt: () => input.interrupt(),
      end: () => {
        worker.terminate();
        this.#next ??= this.#load();
        this.#next.catch(() => (this.#next = undefined));
      },
    };
  }

  /** Ends the interpreter that was loaded ahead. */
  rest(): void {
    this.#next?.then(({ worker }) => worker.terminate()).catch(() => undefined);
    this.#next = undefined;
  }

  async #load(): Promise<Loaded> {
    const input = await inputChannel(this.#assets);
    this.#mechanism = input.mechanism;
    const worker = new Worker(`${this.#assets}python-worker.js`, { type: "module", name: "runtray-python" });
    const runtime = await new Promise<string>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.type === "progress") this.#onProgress(data);
        if (data.type === "ready") {
          this.#code = data.code;
          resolve(data.runtime);
        }
        if (data.type === "failed") reject(new Error(data.message));
      };
      worker.onerror = () => reject(new Error(`${this.#assets}python-worker.js cannot be loaded; was runtray-assets run?`));
      worker.postMessage({ type: "load", assets: this.#assets, input: input.forWorker, code: this.#code });
    });
    return { worker, input, runtime };
  }

  #hear(message: FromWorker, events: WorkerEvents): void {
    if (message.type === "printed") events.printed(message.stream, message.text);
    if (message.type === "input") events.wantsInput();
    if (message.type === "finished") events.finished(message.exit_code, message.files);
    if (message.type === "failed") events.failed(new Error(message.message));
  }
}
