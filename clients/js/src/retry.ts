// Which failed requests may be sent again: only those of which the service has certainly run nothing.
import { TooManyError } from "./errors.ts";
import { pause } from "./time.ts";

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

/** Calls `attempt` until it succeeds or must not be repeated, at most `most` times more. */
export async function withRetries<T>(attempt: () => Promise<T>, most: number, signal?: AbortSignal): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      const delay = retryDelay(error, retries, most);
      if (delay === undefined) throw error;
      await pause(delay, signal);
    }
  }
}
