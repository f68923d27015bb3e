// Runs one JavaScript program. It says when the program has ended: its module has run and no timer is left.
export {};

const post = postMessage.bind(globalThis);
  const timers = new Set<unknown>();
  let isRunning = true;
  let exitCode = 0;

  const show = (value: unknown): string => {
    if (typeof value === "string") return value;
    if (value instanceof Error) return value.stack ?? String(value);
    if (typeof value !== "object" || value === null) return typeof value === "bigint" ? `${value}n` : String(value);
    const seen = new WeakSet<object>();
    const plain = (_: string, part: unknown) => {
      if (typeof part === "bigint") return `${part}n`;
      if (part instanceof Map || part instanceof Set) return [...part];
      if (typeof part !== "object" || part === null) return part;
      if (seen.has(part)) return "[Circular]";
      seen.add(part);
      return part;
    };
    return JSON.stringify(value, plain, 2);
  };
  const print = (stream: string, values: unknown[]) => post({ type: "printed", stream, text: `${values.map(show).join(" ")}\n` });
  for (const name of ["log", "info", "debug", "table", "dir"]) Object.assign(console, { [name]: (...values: unknown[]) => print("stdout", values) });
  for (const name of ["error", "warn", "trace"]) Object.assign(console, { [name]: (...values: unknown[]) => print("stderr", values) });

  const endIfIdle = () => {
    if (!isRunning && timers.size === 0) post({ type: "finished", exit_code: exitCode });
  };
  const fail = (error: unknown) => {
    print("stderr", [error instanceof Error ? error : `Uncaught ${show(error)}`]);
    exitCode = 1;
    isRunning = false;
    timers.clear();
    endIfIdle();
  };
  type Callback = (...values: unknown[]) => void;
  const { setTimeout: once, setInterval: repeat, clearTimeout: clear } = globalThis as unknown as Record<string, (...values: unknown[]) => unknown>;
  Object.assign(globalThis, {
    setTimeout(callback: Callback, ms: number, ...values: unknown[]) {
      const id = once?.(() => {
        try {
          callback(...values);
        } finally {
          timers.delete(id);
          // After the promises that the callback has settled.
          once?.(endIfIdle, 0);
        }
      }, ms);
      timers.add(id);
      return id;
    },
    setInterval(callback: Callback, ms: number, ...values: unknown[]) {
      const id = repeat?.(callback, ms, ...values);
      timers.add(id);
      return id;
    },
  });
  for (const name of ["clearTimeout", "clearInterval"]) {
    Object.assign(globalThis, {
      [name](id: unknown) {
        clear?.(id);
        if (timers.delete(id)) once?.(endIfIdle, 0);
      },
    });
  }
  addEventListener("error", (event) => fail((event as ErrorEvent).error ?? (event as ErrorEvent).message));
  addEventListener("unhandledrejection", (event) => fail((event as PromiseRejectionEvent).reason));
  addEventListener("message", ({ data }) => {
    post({ type: "started" });
    import(URL.createObjectURL(new Blob([data as string], { type: "text/javascript" }))).then(() => {
      isRunning = false;
      once?.(endIfIdle, 0);
    }, fail);
  });
