// Why a program was not run. Each message says what to do about it.
import type { Code, ErrorBody } from "./types.ts";

/** The base of all errors of this package: the program was not run, or it is not known how it ended. */
export class RuntrayError extends Error {
  override name: string = "RuntrayError";
}

/** Nothing answers at the service's address. */
export class NotRunningError extends RuntrayError {
  override name: string = "NotRunningError";
  /** `asks` if the browser asks the user before this page may reach this machine: it may have hidden the answer. */
  constructor(url: string, options?: ErrorOptions & { asks?: boolean }) {
    const allow = options?.asks ? ", let this page reach programs on this machine if the browser asks," : "";
    super(`Runtray does not answer at ${url}. Start Runtray on this machine${allow} and try again.`, options);
  }
}

/** The service answered and refused the request. */
export class RefusedError extends RuntrayError {
  override name: string = "RefusedError";
  /** HTTP status. */
  readonly status: number;
  /** The service's code, if it named one. */
  readonly code: Code | undefined;

  constructor(status: number, body: Partial<ErrorBody> | undefined, options?: ErrorOptions) {
    super(body?.error || `The service answered ${status} without saying why.`, options);
    this.status = status;
    this.code = body?.code;
  }
}

/** Every slot and the whole queue of the service are taken. */
export class TooManyError extends RefusedError {
  override name: string = "TooManyError";
  /** Milliseconds after which the service expects to have room. */
  readonly retryAfterMs: number;

  constructor(status: number, body: Partial<ErrorBody> | undefined, retryAfterMs: number) {
    super(status, body);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The error for a refusal of the service. */
export function refused(status: number, body: Partial<ErrorBody> | undefined, headers = new Headers()): RefusedError {
  return status === 429 ? new TooManyError(status, body, retryAfter(headers)) : new RefusedError(status, body);
}

/** Milliseconds in a `Retry-After` header; one second if it has none. */
export function retryAfter(headers: Headers): number {
  const value = headers.get("retry-after") ?? "1";
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.max(0, Number.isNaN(ms) ? 1000 : ms);
}

/** The user has not approved this page's origin yet, or has denied it. */
export class NotApprovedError extends RuntrayError {
  override name: string = "NotApprovedError";
  /** The page's origin, as Runtray shows it; empty outside of browsers. */
  readonly origin: string;
  readonly #wait: (signal?: AbortSignal) => Promise<void>;

  constructor(origin: string | undefined, wait: (signal?: AbortSignal) => Promise<void>, options?: ErrorOptions) {
    const other = "Runtray runs, but does not allow the origin that this program sends. Send no Origin header, or open Runtray and choose Allow beside that origin.";
    super(origin ? `Runtray runs, but ${origin} may not use it yet. Open Runtray and choose Allow beside ${origin}.` : other, options);
    this.origin = origin ?? "";
    this.#wait = wait;
  }

  /** Resolves when the user has approved the origin; asks the service about once a second until then. */
  whenApproved(signal?: AbortSignal): Promise<void> {
    return this.#wait(signal);
  }
}

/** The browser does not let this page reach programs on this machine (Local Network Access). */
export class LocalNetworkBlockedError extends RuntrayError {
  override name: string = "LocalNetworkBlockedError";
  constructor(options?: ErrorOptions) {
    super(
      "The browser blocks this page from reaching programs on this machine. Open the site's settings (the icon left of the " +
        'address), allow "Apps on device" or "Local network access", and try again.',
      options,
    );
  }
}

/** No answer came in the time that was given for it. */
export class TimedOutError extends RuntrayError {
  override name: string = "TimedOutError";
  constructor(what: string, ms: number) {
    super(`${what} did not answer within ${ms} ms. Check in Runtray whether the service is busy, and try again.`);
  }
}

/** The connection ended before the program did, so it is not known how the program ended. The service cancels such runs. */
export class DisconnectedError extends RuntrayError {
  override name: string = "DisconnectedError";
  constructor(options?: ErrorOptions) {
    super("The connection to Runtray ended before the program did; Runtray cancels such runs. Run the program again.", options);
  }
}
