// Bounds for waiting: no call waits for a service that shows no sign of life.
import { TimedOutError } from "./errors.ts";
import { pause } from "./time.ts";

/** How long to wait, and for whom. */
export interface Bound {
  /** Milliseconds without a sign of life. */
  ms: number;
  /** Whom the error names. */
  what: string;
  /** Asked after that time; while it says yes, the wait goes on. */
  isAlive(): boolean | Promise<boolean>;
}

/** `work`, unless the other side is silent for too long: then it rejects with `TimedOutError`. */
export async function unlessSilent<T>(work: Promise<T>, bound: Bound): Promise<T> {
  const over = new AbortController();
  const silence = async (): Promise<never> => {
    do await pause(bound.ms, over.signal);
    while (await bound.isAlive());
    throw new TimedOutError(bound.what, bound.ms);
  };
  try {
    return await Promise.race([work, silence()]);
  } finally {
    over.abort();
  }
}
