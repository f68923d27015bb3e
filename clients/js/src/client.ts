// The client of the service.
import { BoundedText } from "./bounded-text.ts";
import { DisconnectedError, NotApprovedError, NotRunningError, RefusedError, RuntrayError, TimedOutError, refused } from "./errors.ts";
import type { Run } from "./messages.ts";
import { Address, encode, withApproval } from "./reach.ts";
import { withRetries } from "./retry.ts";
import { openSession } from "./session.ts";
import { events } from "./sse.ts";
import type { CallOptions, ErrorBody, ExecuteRequest, Health, Language, Result, RunEvent, Runner, Session } from "./types.ts";
import { within } from "./time.ts";
import { unlessSilent } from "./watch.ts";
import type { Bound } from "./watch.ts";

/** How to reach the service. */
export interface ClientOptions {
  /** The service, or a path of the page's own origin that is passed on to it. Default: `http://localhost:5000`. */
  url?: string;
  /** Where WebSockets go, if not to `url`. A rewrite of Next.js carries streams but no WebSockets. */
  socketUrl?: string;
  /** The service's token, if it asks for one. */
  token?: string;
  /** How often a request is sent again of which the service has certainly run nothing. Default: 2. */
  retries?: number;
  /**
   * Milliseconds that a program's answer may take beyond its `timeout_ms`, and that a terminal may be silent, before the service is
   * asked whether it is alive. If it is not, the call rejects with `TimedOutError`. Default: 15 000.
   */
  graceMs?: number;
  /** Used in place of the global one. */
  fetch?: typeof fetch;
  /** Used in place of the global one, which Node.js has from version 22 on. */
  WebSocket?: typeof WebSocket;
}

/** The time for a short answer, such as that of `GET /health`. */
const ANSWER_MS = 5000;
/** The grace unless another is given. The service shows every 10 s that a program still runs. */
const GRACE_MS = 15_000;
/** How long a program may be silent, besides the grace, if its request sets no limit. */
const SILENCE_MS = 60_000;
/** How long finding out the reason of a failure may take. */
const DIAGNOSIS_MS = 2000;

/** A client of Runtray. Dispatches the event `approved` when the user has approved the page while a call waited for that. */
export class Runtray extends EventTarget implements Runner {
  readonly #address: Address;
  readonly #socketAddress: Address;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    super();
    const send = options.fetch ?? ((input, init) => fetch(input, init));
    const url = options.url ?? "http://localhost:5000";
    this.#options = options;
    this.#address = new Address(url, send, options.token);
    this.#socketAddress = options.socketUrl ? new Address(options.socketUrl, send, options.token) : this.#address;
  }

  /** Where the service is expected. */
  get url(): string {
    return this.#address.url;
  }

  /** Why the service cannot be used for that, found out within `ms`; `undefined` when it can. */
  trouble(ms: number, purpose: "stream" | "terminal" = "stream"): Promise<RuntrayError | undefined> {
    return (purpose === "stream" ? this.#address : this.#socketAddress).trouble(ms);
  }

  /** That the service is there, and which version. */
  health(options: CallOptions = {}): Promise<Health> {
    return this.#get("/health", options);
  }

  /** The languages that the service knows, and what runs them. */
  languages(options: CallOptions = {}): Promise<Language[]> {
    return this.#get("/languages", options);
  }

  /** Runs a program to its end. A program that failed is a result, too; it rejects when the program was not run. */
  async execute(request: ExecuteRequest, options: CallOptions = {}): Promise<Result> {
    return collect(this.stream(request, options));
  }

  /** Runs a program and gives what it prints as it prints it. Leaving the loop early cancels the run. */
  async *stream(request: ExecuteRequest, options: CallOptions = {}): AsyncGenerator<RunEvent, void, undefined> {
    const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
    const body = encode(request);
    const bound = { ms: (Number(request.timeout_ms) || SILENCE_MS) + this.#graceMs, what: `Runtray at ${this.url}` };
    const init = { method: "POST", headers, body };
    // A program may wait for its turn, and the service says nothing in the meantime.
    const response = await this.#send("/execute", init, options, { ...bound, isAlive: () => this.#address.isAlive() });
    const wait = <T>(piece: Promise<T>) => unlessSilent(piece, { ...bound, isAlive: () => false });
    let id: string | undefined;
    let isFinished = false;
    try {
      for await (const { event, data } of events(response.body ?? new ReadableStream(), wait)) {
        if (event === "error") throw new RefusedError(500, JSON.parse(data) as ErrorBody);
        const happened = { type: event, ...JSON.parse(data) } as RunEvent;
        if (happened.type === "started") id = happened.id;
        isFinished = happened.type === "finished";
        yield happened;
      }
      if (!isFinished) throw new DisconnectedError();
    } catch (error) {
      options.signal?.throwIfAborted();
      throw error instanceof RuntrayError ? error : new DisconnectedError({ cause: error });
    } finally {
      // A proxy may keep its own connection open, so the service is told as well.
      const init = { method: "DELETE", keepalive: true, signal: AbortSignal.timeout(ANSWER_MS) };
      if (id && !isFinished) this.#address.request(`/executions/${id}`, init).catch(() => undefined);
    }
  }

  /** Runs a program that can be typed into. With `terminal` it gets a real terminal of that size. */
  terminal(request: Run, options: CallOptions = {}): Promise<Session> {
    const attempt = () => openSession(this.#socketAddress, request, this.#options, this.#graceMs, options.signal);
    return withApproval(() => withRetries(attempt, this.#retries, options.signal), options, () => this.#approved());
  }

  async #get<T>(path: string, options: CallOptions): Promise<T> {
    const signal = within(ANSWER_MS, options.signal);
    const response = await this.#send(path, {}, { ...options, signal }).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw signal.aborted ? new TimedOutError(`Runtray at ${this.url}`, ANSWER_MS) : error;
    });
    return response.json().catch((error: unknown) => {
      options.signal?.throwIfAborted();
      // Another program has the port, or the service went away while it answered.
      throw new NotRunningError(this.url, { cause: error });
    }) as Promise<T>;
  }

  #send(path: string, init: RequestInit, options: CallOptions, bound?: Bound): Promise<Response> {
    const { signal } = options;
    const attempt = async () => {
      try {
        return await withRetries(() => this.#attempt(path, init, signal, bound), this.#retries, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw await this.#reason(error, init.body);
      }
    };
    return withApproval(attempt, options, () => this.#approved());
  }

  async #attempt(path: string, init: RequestInit, signal?: AbortSignal, bound?: Bound): Promise<Response> {
    const over = new AbortController();
    const signals = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    const request = this.#address.request(path, { ...init, signal: signals });
    const response = await (bound ? unlessSilent(request, bound) : request).catch((error: unknown) => {
      over.abort();
      throw error;
    });
    if (!response.ok) throw await this.#refusal(response);
    return response;
  }

  get #graceMs(): number {
    return this.#options.graceMs ?? GRACE_MS;
  }

  get #retries(): number {
    return this.#options.retries ?? 2;
  }

  /** What an answer other than 2xx says. */
  async #refusal(response: Response): Promise<RuntrayError> {
    const body = (await response.json().catch(() => undefined)) as Partial<ErrorBody> | undefined;
    if (this.#isForThePage(body)) return this.#address.notApproved({ cause: new RefusedError(response.status, body) });
    // Without a code it is not the service that answered, but a proxy in front of it.
    return body?.code || response.status === 429 ? refused(response.status, body, response.headers) : new NotRunningError(this.url);
  }

  /** Whether the service refused the page itself. Of a page behind a proxy it names the host. */
  #isForThePage(body: Partial<ErrorBody> | undefined): boolean {
    if (body?.code === "origin_not_allowed") return true;
    if (body?.code !== "host_not_allowed" || !this.#address.isProxied) return false;
    // Only a request that comes from the page directly is shown to the user for approval.
    if (this.#socketAddress !== this.#address) this.#socketAddress.request("/languages").catch(() => undefined);
    return true;
  }

  async #reason(failure: unknown, program: unknown): Promise<unknown> {
    if (failure instanceof RuntrayError) return failure;
    const reason = (await this.#address.trouble(DIAGNOSIS_MS, failure)) ?? new DisconnectedError({ cause: failure });
    if (reason instanceof NotApprovedError && typeof program === "string") this.#address.showProgram(program);
    return reason;
  }

  #approved(): void {
    this.dispatchEvent(new Event("approved"));
  }
}

/** The result that the events of a run add up to. Of each stream the first 8 MiB are kept, as in a plain answer of the service. */
export async function collect(run: AsyncIterable<RunEvent>): Promise<Result> {
  const printed = { stdout: new BoundedText(), stderr: new BoundedText() };
  let last = "";
  for await (const event of run) {
    if (event.type === "stdout" || event.type === "stderr") printed[event.type].add(event.data);
    if (event.type === "stderr") last = event.data;
    if (event.type !== "finished") continue;
    const { type: _, ...finished } = event;
    const { stdout, stderr } = printed;
    // The reason why a program was ended comes last, and is kept when the program's own text is cut.
    if (!["completed", "failed", "crashed"].includes(finished.status)) stderr.end(last);
    const texts = { output: stdout.text(), error: stderr.text() };
    return { ...finished, ...texts, output_truncated: stdout.isTruncated, error_truncated: stderr.isTruncated };
  }
  throw new DisconnectedError();
}
