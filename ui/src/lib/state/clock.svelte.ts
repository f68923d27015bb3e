// The present time for relative times. It ticks slowly when nothing runs, so that an idle window uses no CPU.

const COARSE_MS = 15_000;
const FINE_MS = 500;

class Clock {
  now = $state(Date.now());

  /** Ticks until the returned function is called: often while a program runs, rarely otherwise, never in a hidden window. */
  tick(fine: boolean): () => void {
    const update = () => {
      if (!document.hidden) this.now = Date.now();
    };
    update();
    const timer = setInterval(update, fine ? FINE_MS : COARSE_MS);
    document.addEventListener("visibilitychange", update);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", update);
    };
  }
}

export const clock = new Clock();
