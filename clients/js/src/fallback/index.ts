// Runs programs on the service, and in the browser while the service is not there.
import { NotApprovedError, NotRunningError, RefusedError, RuntrayError } from "../errors.ts";
import { Runtray, collect } from "../client.ts";
import type { ClientOptions } from "../client.ts";
import type { Run } from "../messages.ts";
import type { CallOptions, ExecuteRequest, Result, RunEvent, Runner, Session } from "../types.ts";
import { BrowserRunner } from "./browser.ts";
import type { BrowserOptions } from "./browser.ts";

export { BrowserRunner } from "./browser.ts";
export type { BrowserOptions, Progress } from "./browser.ts";

/** The options of the client and of the browser's part. */
export interface SmartOptions extends ClientOptions, BrowserOptions {
  /** A client that is there already, in place of one made from the other options. */
  client?: Runtray;
}

/** Where a program runs, and why not on the service. */
export interface Notice {
  where: "service" | "browser";
  /** Why it is the browser. */
  reason?: RuntrayError;
  /** Milliseconds that the decision took. */
  decided_ms: number;
}

/** The service's answer is waited for this long; the decision is out within 500 ms. */
const DECISION_MS = 400;

/**
 * Runs each program on the service if it is there, else in the browser: decided anew for each program, so the first one after the
 * service has returned runs there again. Dispatches `notice` (a CustomEvent with a `Notice`) for each program and `progress`.
 * A page that the user has not approved does not fall back: the call rejects with `NotApprovedError`, or waits.
 */
export class SmartRunner extends EventTarget implements Runner {
  readonly client: Runtray;
  readonly browser: BrowserRunner;
  /** `service` and `browser` use only that one. */
  prefer: "auto" | "service" | "browser" = "auto";

  constructor(options: SmartOptions) {
    super();
    this.client = options.client ?? new Runtray(options);
    this.browser = new BrowserRunner(options);
    this.browser.addEventListener("progress", (event) => {
      this.dispatchEvent(new CustomEvent("progress", { detail: (event as CustomEvent).detail }));
    });
  }

  async execute(request: ExecuteRequest, options: CallOptions = {}): Promise<Result> {
    return collect(this.stream(request, options));
  }

  async *stream(request: ExecuteRequest, options: CallOptions = {}): AsyncGenerator<RunEvent, void, undefined> {
    let runner = await this.#choose("stream");
    let hasBegun = false;
    try {
      for await (const event of runner.stream(request, options)) {
        hasBegun = true;
        yield event;
      }
    } catch (error) {
      if (hasBegun || !this.#fallsBack(runner, error)) throw error;
      runner = this.#use({ where: "browser", reason: error, decided_ms: 0 });
      yield* runner.stream(request, options);
    }
  }

  async terminal(request: Run, options: CallOptions = {}): Promise<Session> {
    const runner = await this.#choose("terminal");
    try {
      return await runner.terminal(request, options);
    } catch (error) {
      if (!this.#fallsBack(runner, error)) throw error;
      return this.#use({ where: "browser", reason: error, decided_ms: 0 }).terminal(request, options);
    }
  }

  async #choose(purpose: "stream" | "terminal"): Promise<Runner> {
    const start = performance.now();
    const trouble = this.prefer === "auto" ? await this.client.trouble(DECISION_MS, purpose) : undefined;
    const decided_ms = performance.now() - start;
    if (this.prefer === "browser") return this.#use({ where: "browser", decided_ms });
    if (!trouble || trouble instanceof NotApprovedError) return this.#use({ where: "service", decided_ms });
    return this.#use({ where: "browser", reason: trouble, decided_ms });
  }

  /** The service stopped, or began to, between the decision and the request, before the program began. */
  #fallsBack(runner: Runner, error: unknown): error is RuntrayError {
    const isGone = error instanceof NotRunningError || (error instanceof RefusedError && error.code === "shutting_down");
    return this.prefer === "auto" && runner === this.client && isGone;
  }

  #use(notice: Notice): Runner {
    this.dispatchEvent(new CustomEvent("notice", { detail: notice }));
    if (notice.where === "browser") return this.browser;
    this.browser.rest();
    return this.client;
  }
}
