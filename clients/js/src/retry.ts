// Which failed requests may be sent again: only those of which the service has certainly run nothing.
import { TooManyError } from "./errors.ts";

/** Waits before the second and third attempt at a connection that was refused. */
const REFUSED_DELAYS_MS = [100, 300];
/** A longer `Retry-After` is left to the caller. */
const LONGEST_WAIT_MS = 10_000;
const REFUSED = ["ECONNREFUSED", "ConnectionRefused"];

/** Milliseconds after which to try again, after `attempt` earlier retries; `undefined`: do not. */
export function retryDelay(error: unknown, attempt: number, most: number): number | undefined {
  if (attempt >= most) return undefined;
  if (error instanceof TooManyError) return error.retryAfterMs <= LONGEST_WAIT_MS ? error.retryAfterMs : undefined;
  return isConnectionRefused(error) ? REFUSED_DELAYS_MS[attempt] : undefined;
}

/** Whether no connection came about, so that nothing was sent. Browsers do not say; there the answer is no. */
export function isConnectionRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errors, cause } = error as Error & { code?: unknown; errors?: unknown[] };
  // Node.js tries each address of a name and reports one error for each.
  if (errors?.length) return errors.every(isConnectionRefused);
  return REFUSED.includes(String(code)) || /\bconnection refused\b/i.test(error.message) || isConnectionRefused(cause);
}

/** Milliseconds in a `Retry-After` header; one second if it has none. */
export function retryAfter(headers: Headers): number {
  const value = headers.get("retry-after") ?? "1";
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.max(0, Number.isNaN(ms) ? 1000 : ms);
}
