// The kept part of what a program printed.

const MOST_BYTES = 8 * 1024 * 1024;

/** The beginning of a stream, at most 8 MiB of UTF-8. */
export class BoundedText {
  isTruncated = false;
  readonly #pieces: string[] = [];
  readonly #encoder = new TextEncoder();
  #room = MOST_BYTES;

  add(piece: string): void {
    if (this.isTruncated) return;
    const { read, written } = this.#encoder.encodeInto(piece, new Uint8Array(Math.min(this.#room, 3 * piece.length)));
    this.#room -= written;
    this.#pieces.push(piece.slice(0, read));
    this.isTruncated = read < piece.length;
  }

  /** Adds a last line to a text that was cut. */
  end(line: string): void {
    if (!this.isTruncated) return;
    if (!this.#pieces.at(-1)?.endsWith("\n")) this.#pieces.push("\n");
    this.#pieces.push(line.replace(/^\n/, ""));
  }

  text(): string {
    return this.#pieces.join("");
  }
}
