// The line discipline of a terminal: echo, editing of the line, Ctrl-C and Ctrl-D.
import type { Job } from "./browser.ts";

interface Effects {
  echo(text: string): void;
  /** A whole line with its line break, or the end of the input. */
  line(line: string | null): void;
  interrupt(): void;
}

/** Makes lines of what is typed and hands them out one by one, as the program asks for them. */
export class Keyboard {
  readonly #effects: Effects;
  readonly #hasTerminal: boolean;
  readonly #lines: string[] = [];
  #line = "";
  #isClosed: boolean;
  #isWanted = false;

  constructor(job: Job, effects: Effects) {
    this.#effects = effects;
    this.#hasTerminal = job.hasTerminal;
    this.#isClosed = !job.isInteractive;
    const given = job.request.stdin ?? "";
    this.#lines.push(...(given.match(/[^\n]*\n|[^\n]+$/g) ?? []));
  }

  /** The program asks for a line. */
  wanted(): void {
    this.#isWanted = true;
    this.#deliver();
  }

  /** Ends the input after what was typed. */
  close(): void {
    if (this.#line) this.#lines.push(this.#line);
    this.#line = "";
    this.#isClosed = true;
    this.#deliver();
  }

  /** Takes keys. Without a terminal they are data as they are. */
  type(text: string): void {
    // Arrow keys and other sequences of control characters edit nothing here.
    const keys = this.#hasTerminal ? text.replace(/\u001b(\[[0-9;?]*[ -/]*[@-~]|O.|.)?/g, "") : text;
    for (const key of keys) this.#key(key);
    this.#deliver();
  }

  #key(key: string): void {
    if (this.#isClosed) return;
    if (!this.#hasTerminal) return key === "\n" ? this.#enter("") : void (this.#line += key);
    if (key === "\r" || key === "\n") return this.#enter("\r\n");
    if (key === "\u0003") return this.#interrupt();
    if (key === "\u0004") return this.#line ? undefined : this.close();
    if (key === "\u007f" || key === "\b") return this.#erase();
    if (key >= " " || key === "\t") {
      this.#line += key;
      this.#effects.echo(key);
    }
  }

  #enter(echo: string): void {
    this.#effects.echo(echo);
    this.#lines.push(`${this.#line}\n`);
    this.#line = "";
  }

  #interrupt(): void {
    this.#line = "";
    this.#effects.echo("^C\r\n");
    this.#effects.interrupt();
  }

  #erase(): void {
    if (!this.#line) return;
    this.#line = [...this.#line].slice(0, -1).join("");
    this.#effects.echo("\b \b");
  }

  #deliver(): void {
    if (!this.#isWanted) return;
    const line = this.#lines.shift();
    if (line === undefined && !this.#isClosed) return;
    this.#isWanted = false;
    this.#effects.line(line ?? null);
  }
}
