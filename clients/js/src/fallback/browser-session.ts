// One program in the browser: its events, its limits and its end.
import { Channel } from "../channel.ts";
import { DisconnectedError, RuntrayError } from "../errors.ts";
import type { Finished, ResultFile, RunEvent, Session, SignalName, Status } from "../types.ts";
import type { Job } from "./browser.ts";
import { Keyboard } from "./keyboard.ts";

/** What a worker reports. */
export interface WorkerEvents {
  started(runtime: string): void;
  printed(stream: "stdout" | "stderr", text: string): void;
  /** The program waits for input. */
  wantsInput(): void;
  finished(exitCode: number, files: ResultFile[]): void;
  /** The program could not be run. */
  failed(error: Error): void;
}

/** A running worker. */
export interface Worker_ {
  /** Gives the program a line, or the end of its input. */
  input(line: string | null): void;
  /** Raises what Ctrl-C raises; `false` when the program cannot be interrupted and has to be ended. */
  interrupt(): boolean;
  /** Ends the worker with everything in it. */
  end(): void;
}

/** An interrupted program has this long to end by itself. */
const GRACE_MS = 2000;
/** More output than this ends the program, as on the service. */
const OUTPUT_LIMIT_BYTES = 10 * 1024 * 1024;

/** A program that runs in the browser, with the interface of one that runs on the service. */
export class BrowserSession implements Session {
  readonly finished: Promise<Finished>;
  readonly #id = crypto.randomUUID();
  readonly #language: string;
  readonly #job: Job;
  readonly #channel = new Channel<RunEvent>(() => this.close());
  readonly #keyboard: Keyboard;
  readonly #onAbort = () => this.#aborted();
  readonly #signal: AbortSignal | undefined;
  #worker: Worker_ | undefined;
  #runtime = "";
  #startedAt = performance.now();
  #printedBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;
  #isInterrupted = false;
  #finish!: (finished: Finished) => void;
  #fail!: (error: Error) => void;

  constructor(language: string, job: Job, start: (events: WorkerEvents) => Promise<Worker_>, signal?: AbortSignal) {
    this.#language = language;
    this.#job = job;
    this.#signal = signal;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    this.finished.catch(() => undefined);
    this.#keyboard = new Keyboard(job, {
      echo: (text) => this.#emit("stdout", text),
      line: (line) => this.#worker?.input(line),
      interrupt: () => this.signal("interrupt"),
    });
    signal?.addEventListener("abort", this.#onAbort);
    start(this.#events()).then((worker) => this.#attach(worker), (error: Error) => this.#failed(error));
  }

  write(text: string): void {
    if (!this.#isOver) this.#keyboard.type(text);
  }

  eof(): void {
    this.#keyboard.close();
  }

  signal(name: SignalName): void {
    if (this.#isOver) return;
    if (name === "kill" || !this.#worker?.interrupt()) return this.#stop("cancelled", "Execution was cancelled.");
    this.#isInterrupted = true;
    setTimeout(() => this.#stop("cancelled", "Execution was cancelled."), GRACE_MS);
  }

  /** The browser's programs cannot ask for the size of their terminal. */
  resize(): void {}

  close(): void {
    this.#stop("cancelled", "Execution was cancelled.");
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent> {
    return this.#channel[Symbol.asyncIterator]();
  }

  #events(): WorkerEvents {
    return {
      started: (runtime) => this.#started(runtime),
      printed: (stream, text) => this.#printed(stream, text),
      wantsInput: () => this.#keyboard.wanted(),
      finished: (exitCode, files) => this.#end(exitCode === 0 ? "completed" : "failed", exitCode, files),
      failed: (error) => this.#failed(error),
    };
  }

  #attach(worker: Worker_): void {
    this.#worker = worker;
    if (this.#isOver) worker.end();
  }

  #started(runtime: string): void {
    if (this.#isOver) return;
    this.#runtime = runtime;
    this.#startedAt = performance.now();
    this.#channel.push({ type: "started", id: this.#id, language: this.#language, runtime });
    const seconds = this.#job.timeoutMs / 1000;
    this.#timer = setTimeout(() => this.#stop("timeout", `Execution timed out after ${seconds} s.`), this.#job.timeoutMs);
  }

  #printed(stream: "stdout" | "stderr", text: string): void {
    if (this.#isOver) return;
    this.#printedBytes += text.length;
    const isTerminal = this.#job.hasTerminal;
    this.#emit(isTerminal ? "stdout" : stream, isTerminal ? text.replace(/\n/g, "\r\n") : text);
    if (this.#printedBytes > OUTPUT_LIMIT_BYTES) this.#stop("output_limit", `Execution printed more than ${OUTPUT_LIMIT_BYTES} bytes.`);
  }

  #emit(type: "stdout" | "stderr", data: string): void {
    if (!this.#isOver && data) this.#channel.push({ type, data });
  }

  /** Ends the program from outside, and says so. */
  #stop(status: Status, sentence: string): void {
    if (this.#isOver) return;
    this.#emit(this.#job.hasTerminal ? "stdout" : "stderr", this.#isInterrupted ? "" : sentence);
    this.#end(status, null, []);
  }

  #end(status: Status, exit_code: number | null, files: ResultFile[]): void {
    if (this.#isOver) return;
    this.#leave();
    const finished: Finished = {
      success: status === "completed",
      status,
      id: this.#id,
      language: this.#language,
      runtime: this.#runtime,
      exit_code,
      signal: null,
      duration_ms: performance.now() - this.#startedAt,
      cpu_ms: null,
      peak_memory_bytes: null,
      output_truncated: status === "output_limit",
      error_truncated: false,
      isolation: "browser",
      containment: null,
      files,
    };
    this.#channel.push({ type: "finished", ...finished });
    this.#channel.end();
    this.#finish(finished);
  }

  #failed(error: Error): void {
    if (this.#isOver) return;
    this.#leave();
    const reason = new RuntrayError(`The browser could not run the program: ${error.message}`, { cause: error });
    this.#channel.end(reason);
    this.#fail(reason);
  }

  /** As on the service: the call rejects with the signal's reason, and a session that was handed out with the loss of its program. */
  #aborted(): void {
    if (this.#isOver) return;
    this.#leave();
    const reason = this.#job.isInteractive ? new DisconnectedError() : (this.#signal?.reason as Error);
    this.#channel.end(reason);
    this.#fail(reason);
  }

  #leave(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#worker?.end();
  }
}
