// The counts and the last hour, requested again when a run ends and when a minute has passed.

import { backend } from "../backend";
import type { Statistics } from "../bindings";
import { attempt } from "./toasts.svelte";

const PAUSE_MS = 1000;
const MINUTE_MS = 60_000;

class Figures {
  now = $state.raw<Statistics | null>(null);
  #waiting: ReturnType<typeof setTimeout> | undefined;

  async refresh(): Promise<void> {
    const statistics = await attempt(() => backend().statistics());
    if (statistics) this.now = statistics;
  }

  /** Requests them soon, once for several runs. */
  soon(): void {
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      void this.refresh();
    }, PAUSE_MS);
  }

  /** Keeps them up to date until the returned function is called. */
  watch(): () => void {
    void this.refresh();
    const timer = setInterval(() => {
      if (!document.hidden) void this.refresh();
    }, MINUTE_MS);
    return () => clearInterval(timer);
  }
}

export const figures = new Figures();
