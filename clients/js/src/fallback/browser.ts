// Runs Python and JavaScript in the browser itself.
import { collect } from "../client.ts";
import { RefusedError, RuntrayError } from "../errors.ts";
import type { Run } from "../messages.ts";
import type { CallOptions, ExecuteRequest, Result, RunEvent, Runner, Session } from "../types.ts";
import { BrowserSession } from "./browser-session.ts";
import type { Mechanism } from "./input.ts";
import { startJavaScript } from "./javascript.ts";
import { PythonPool } from "./python.ts";

/** What is needed to run programs in the browser. */
export interface BrowserOptions {
  /** The URL of the folder that `npx runtray-assets FOLDER` filled. Default: `/runtray/`. */
  assets?: string;
}

/** How much of Python has been loaded. */
export interface Progress {
  loaded_bytes: number;
  total_bytes: number;
  done: boolean;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** An interactive program may wait for a person. */
const TERMINAL_TIMEOUT_MS = 8 * 60 * 60 * 1000;
const PYTHON = ["python", "py", "python3"];
const JAVASCRIPT = ["javascript", "js", "node", "nodejs"];

/** A program that the browser is asked to run. */
export interface Job {
  request: ExecuteRequest;
  /** Whether it can be typed into. */
  isInteractive: boolean;
  /** Whether it is shown in a terminal. */
  hasTerminal: boolean;
  timeoutMs: number;
}

/** Runs programs in workers. Each has a worker of its own, which ends with it. Dispatches `progress` while Python is loaded. */
export class BrowserRunner extends EventTarget implements Runner {
  readonly #assets: string;
  readonly #python: PythonPool;

  constructor(options: BrowserOptions = {}) {
    super();
    this.#assets = new URL(options.assets ?? "/runtray/", globalThis.location?.href ?? "http://localhost").href;
    this.#python = new PythonPool(this.#assets, (detail) => this.dispatchEvent(new CustomEvent("progress", { detail })));
  }

  /** How `input()` of Python gets what is typed. */
  get inputMechanism(): Mechanism {
    return this.#python.inputMechanism;
  }

  async execute(request: ExecuteRequest, options: CallOptions = {}): Promise<Result> {
    return collect(this.stream(request, options));
  }

  async *stream(request: ExecuteRequest, options: CallOptions = {}): AsyncGenerator<RunEvent, void, undefined> {
    const timeoutMs = request.timeout_ms ?? DEFAULT_TIMEOUT_MS;
    const session = this.#start({ request, isInteractive: false, hasTerminal: false, timeoutMs }, options.signal);
    yield* session;
  }

  async terminal(request: Run, options: CallOptions = {}): Promise<Session> {
    const timeoutMs = request.timeout_ms ?? TERMINAL_TIMEOUT_MS;
    return this.#start({ request, isInteractive: true, hasTerminal: Boolean(request.terminal), timeoutMs }, options.signal);
  }

  /** Ends the interpreter that waits for the next program. */
  rest(): void {
    this.#python.rest();
  }

  #start(job: Job, signal?: AbortSignal): BrowserSession {
    signal?.throwIfAborted();
    check(job);
    const language = (job.request.language ?? "python").toLowerCase();
    if (PYTHON.includes(language)) return new BrowserSession("python", job, (events) => this.#python.start(job, events), signal);
    if (JAVASCRIPT.includes(language)) return new BrowserSession("javascript", job, (events) => startJavaScript(this.#assets, job, events), signal);
    throw new RuntrayError(`Runtray cannot be reached, and the browser cannot run ${language}. Start Runtray and try again.`);
  }
}

/** Refuses what the service refuses, too. */
function check({ request, timeoutMs }: Job): void {
  const refuse = (error: string) => new RefusedError(400, { error, code: "invalid_request" });
  if (typeof request?.code !== "string") throw refuse("`code` must be a text: the program to run.");
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1) throw refuse("`timeout_ms` must be a whole number of milliseconds from 1 on.");
}
