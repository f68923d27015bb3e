// A queue between a producer that calls and a consumer that iterates.

/** Values that wait for their reader. The last one ends the iteration. */
export class Channel<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  readonly #onLeft: () => void;
  #wake: (() => void) | undefined;
  #ended = false;
  #error: unknown;

  /** `onLeft` is called when the reader leaves before the end. */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  push(value: T): void {
    this.#values.push(value);
    this.#wake?.();
  }

  /** Ends the iteration, by throwing `error` if there is one. */
  end(error?: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        while (this.#values.length) yield this.#values.shift() as T;
        if (this.#error) throw this.#error;
        if (this.#ended) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      if (!this.#ended) this.#onLeft();
    }
  }
}
