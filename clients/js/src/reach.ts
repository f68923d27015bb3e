// Where the service is, and why it cannot be reached.
import { LocalNetworkBlockedError, NotApprovedError, NotRunningError, RuntrayError, TimedOutError } from "./errors.ts";
import type { ClientMessage } from "./messages.ts";
import type { CallOptions, ExecuteRequest } from "./types.ts";
import { pause, within } from "./time.ts";

/** A longer program is not shown to the user. */
const MOST_SHOWN = 60_000;
/** How often the service is asked whether the page is approved by now. */
const APPROVAL_POLL_MS = 1000;
/** How long a service that is busy may take to show that it is alive. */
const LIFE_MS = 5000;
/** Names of the browser permission, newest first. */
const PERMISSIONS = ["loopback-network", "local-network-access"];
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The page's or worker's address; programs outside of browsers have none. */
const page = globalThis.location as Location | undefined;

/** The service's address and the state that decides how it is reached. */
export class Address {
  /** Absolute, without a slash at its end. */
  readonly url: string;
  /** Whether requests go to the page's own origin, which passes them on (a rewrite of Next.js, for instance). */
  readonly isProxied: boolean;
  readonly #fetch: typeof fetch;
  readonly #token: string | undefined;

  constructor(url: string, fetch_: typeof fetch, token: string | undefined) {
    this.url = checked(url);
    // A header holds no line break, which a token that was read from a file may end with.
    if (token && !/^[\x21-\x7e]+$/.test(token)) throw new RuntrayError("The token has a space, a line break or a letter that no token has. Give it without, for example by token.trim().");
    this.isProxied = page !== undefined && new URL(this.url).origin === page.origin;
    this.#fetch = fetch_;
    this.#token = token;
  }

  /** `fetch` of a path of the service. */
  request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#token) headers.set("Authorization", `Bearer ${this.#token}`);
    return this.#fetch(this.url + path, { ...init, headers, ...this.#addressSpace() });
  }

  /** Why the service cannot be used, found out within `ms`; `undefined` when it can. */
  async trouble(ms: number, cause?: unknown): Promise<RuntrayError | undefined> {
    const signal = within(ms);
    const stopped = () => new TimedOutError(`Runtray at ${this.url}`, ms);
    // A browser that asks the user whether the page may reach this machine keeps `fetch` waiting, beyond any signal of ours.
    const over = new AbortController();
    const deadline = pause(ms, over.signal).then(stopped, () => undefined);
    const diagnosis = this.#diagnose(signal, cause).catch((error) => (signal.aborted ? stopped() : error));
    return Promise.race([deadline, diagnosis]).finally(() => over.abort());
  }

  /** Whether the service answers, or the browser still asks the user whether it may be reached. */
  async isAlive(): Promise<boolean> {
    if (await this.isAsking()) return true;
    const trouble = await this.trouble(LIFE_MS);
    return !(trouble instanceof TimedOutError || trouble instanceof NotRunningError);
  }

  /** Whether the browser asks the user before this page may reach this machine. */
  async isAsking(): Promise<boolean> {
    return !this.isProxied && (await this.#permission()) === "prompt";
  }

  /** Resolves when the user has approved the page. */
  async approved(signal?: AbortSignal): Promise<void> {
    while (!(await this.#isApproved(signal))) await pause(APPROVAL_POLL_MS, signal);
  }

  async #diagnose(signal: AbortSignal, cause: unknown): Promise<RuntrayError | undefined> {
    const options = { cause };
    const isDirect = page && !this.isProxied;
    // Every page may learn that something answers, but only an approved one may read the answer. Both requests are sent at once,
    // because the decision has 500 ms.
    const answers = isDirect && this.request("/health", { mode: "no-cors", signal }).then(() => true, () => false);
    try {
      const response = await this.request("/health", { signal });
      // A proxy in front of a stopped service answers too, but not in the service's words.
      return "status" in (await response.json()) ? undefined : new NotRunningError(this.url, options);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDirect) return new NotRunningError(this.url, { cause: cause ?? error });
    }
    const permission = await this.#permission();
    if (permission === "denied") return new LocalNetworkBlockedError(options);
    const isThere = await answers;
    signal.throwIfAborted();
    return isThere ? this.notApproved(options) : new NotRunningError(this.url, { ...options, asks: permission === "prompt" });
  }

  /** The error for a page that was refused for its origin. */
  notApproved(options?: ErrorOptions): NotApprovedError {
    return new NotApprovedError(page?.origin, (signal) => this.approved(signal), options);
  }

  /**
   * Lets Runtray show the user what this page wants to run. The browser keeps a request back of which it must ask first, so this one
   * is written so that it need not: the service refuses it as it refuses any, and runs nothing of it.
   */
  showProgram(body: string): void {
    if (!page || this.isProxied || body.length > MOST_SHOWN) return;
    this.#fetch(`${this.url}/execute`, { method: "POST", mode: "no-cors", body, ...this.#addressSpace() }).catch(() => undefined);
  }

  async #isApproved(signal?: AbortSignal): Promise<boolean> {
    const options: RequestInit = signal ? { signal } : {};
    try {
      if (page && !this.isProxied) return (await this.request("/health", options)).ok;
      // Elsewhere everybody can read `/health`. An empty object is no program: it is refused as that, or for its origin.
      const headers = { "Content-Type": "application/json" };
      return (await this.request("/execute", { method: "POST", headers, body: "{}", ...options })).status === 400;
    } catch {
      signal?.throwIfAborted();
      return false;
    }
  }

  /** Whether this page may reach this machine. A page of this machine, and one in a browser that asks nobody, needs no permission. */
  async #permission(): Promise<PermissionState> {
    if (!page || LOOPBACK.test(page.hostname)) return "granted";
    for (const name of PERMISSIONS) {
      const query = navigator.permissions?.query({ name: name as PermissionName });
      const status = await query?.catch(() => undefined);
      if (status) return status.state;
    }
    return "granted";
  }

  /** Chrome wants to know beforehand that a request goes to this machine. Browsers that do not know the option ignore it. */
  #addressSpace(): object {
    if (!page || this.isProxied || !LOOPBACK.test(new URL(this.url).hostname)) return {};
    for (const targetAddressSpace of ["loopback", "local"]) {
      try {
        new Request(this.url, { targetAddressSpace } as RequestInit);
        return { targetAddressSpace };
      } catch {
        // An older Chrome has another name for it.
      }
    }
    return {};
  }
}

/** The absolute address, without slashes at its end. */
function checked(url: string): string {
  let address: URL | undefined;
  try {
    address = new URL(url, page?.href);
  } catch {
    // Said below.
  }
  const isGood = address && /^https?:$/.test(address.protocol) && !(address.search || address.hash || address.username || address.password);
  if (isGood) return (address as URL).href.replace(/\/+$/, "");
  const path = page ? ", or a path of this page's origin" : "";
  throw new RuntrayError(`${JSON.stringify(url)} is no address of Runtray. Give one such as http://localhost:5000, without ? and #${path}.`);
}

/** The JSON of a request, with `more` fields of a message. */
export function encode(request: ExecuteRequest, more: Partial<ClientMessage> = {}): string {
  if (typeof request !== "object" || !request) throw new RuntrayError("The request must be an object with the program in `code`.");
  try {
    return JSON.stringify({ ...request, ...more });
  } catch (cause) {
    throw new RuntrayError(`The request cannot be written as JSON: ${(cause as Error).message}. Give texts, numbers, arrays and plain objects.`, { cause });
  }
}

/** Calls `attempt`; when the page is not approved and the caller wants to wait for that, calls it again afterwards. */
export async function withApproval<T>(attempt: () => Promise<T>, options: CallOptions, then: () => void): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof NotApprovedError) || options.approval !== "wait") throw error;
      options.onWaiting?.(error);
      await error.whenApproved(options.signal);
      then();
    }
  }
}
