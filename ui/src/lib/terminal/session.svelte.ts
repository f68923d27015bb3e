// The Console's program. There is one at a time, and it belongs to the app, so that it outlives this window.
//
// Its output is kept here too, so that a new terminal view shows it again.

import { backend, failure } from "../backend";
import type { ClientMessage, ConsoleUpdate, Finished } from "../bindings";
import { say, sentence } from "../i18n/index.svelte";
import { toasts } from "../state/toasts.svelte";

export type SessionState = "idle" | "connecting" | "running" | "ended";

/** A terminal that shows text: it calls `done` afterwards, and answers no queries in an old text. */
export type Terminal = (text: string, done: () => void, isOld: boolean) => void;

const MOST_KEPT = 1 << 20;
/** The most characters, of up to three bytes, that one message types. */
const MOST_TYPED = 1 << 18;
/** Clears the screen, the scrollback, and every mode that the last program set. */
const RESET = "\u001bc";

const INTERRUPT: ClientMessage = { type: "signal", signal: "interrupt" };

class Session {
  state = $state<SessionState>("idle");
  ending = $state.raw<Finished | null>(null);
  /** The reason why there is no program, as text. */
  problem = $state<string | null>(null);
  /** Whether it was asked to stop before. */
  stopping = $state(false);
  size = { columns: 80, rows: 24 };
  #written = "";
  #terminal: Terminal | null = null;
  /** The messages to the program, in order. */
  #words: ClientMessage[] = [];
  #telling = false;

  get active(): boolean {
    return this.state === "connecting" || this.state === "running";
  }

  /** Shows the app's program from now on, with its output so far. Called once for each window. */
  follow(): Promise<void> {
    const name = Math.random().toString(36).slice(2);
    return backend().followConsole(name, (update) => this.#take(update, () => backend().acknowledgeConsole(name, 1)));
  }

  /** Shows the output so far and later, until the returned function is called. */
  attach(terminal: Terminal): () => void {
    this.#terminal = terminal;
    if (this.#written) terminal(this.#written, () => {}, true);
    return () => (this.#terminal = null);
  }

  async run(code: string, language: string): Promise<void> {
    if (this.active) return;
    this.#begin();
    this.state = "connecting";
    try {
      const run: ClientMessage = { type: "run", code, language, terminal: this.size };
      await backend().runInConsole(JSON.stringify(run));
    } catch (error) {
      this.#end(sentence(say(failure(error).localized)));
    }
  }

  /** Sends typed text. Ctrl-C and Ctrl-D are characters too, which the program's terminal interprets. */
  type(data: string): void {
    for (let at = 0; at < data.length; at += MOST_TYPED) {
      this.#tell({ type: "stdin", data: data.slice(at, at + MOST_TYPED) });
    }
  }

  eof(): void {
    this.#tell({ type: "eof" });
  }

  /** Asks the program to stop; the second time it is killed. */
  stop(): void {
    if (this.state === "connecting" || this.stopping) void this.#attempt(() => backend().killInConsole());
    else if (this.state === "running") {
      this.stopping = true;
      // The signal does not wait behind input that the program has not read.
      void this.#attempt(() => backend().tellConsole(JSON.stringify(INTERRUPT)));
    }
  }

  resize(columns: number, rows: number): void {
    this.size = { columns, rows };
    this.#tell({ type: "resize", columns, rows });
  }

  #begin(): void {
    this.ending = null;
    this.problem = null;
    this.stopping = false;
    this.#words = [];
  }

  #take(update: ConsoleUpdate, acknowledge: () => void): void {
    switch (update.kind) {
      case "cleared":
        this.#begin();
        this.#written = "";
        this.#write(RESET, () => {}, true);
        break;
      case "output":
        this.#write(update.data, acknowledge, update.is_old);
        break;
      case "state":
        this.#enter(update);
        break;
    }
  }

  #enter({ state, ended }: Extract<ConsoleUpdate, { kind: "state" }>): void {
    if (state === "ended") {
      if (ended?.type === "finished") this.ending = ended;
      return this.#end(ended?.type === "refused" ? say(ended.localized) : null);
    }
    const before = this.state;
    this.state = state === "starting" ? "connecting" : state;
    // A program that another window started has that window's size.
    if (this.state === "running" && before !== "running") this.resize(this.size.columns, this.size.rows);
  }

  #end(problem: string | null): void {
    this.problem = problem;
    this.state = "ended";
  }

  #tell(message: ClientMessage): void {
    if (this.state !== "running") return;
    const last = this.#words.at(-1);
    const joined = message.type === "stdin" && last?.type === "stdin" ? last.data + message.data : null;
    if (joined !== null && joined.length <= MOST_TYPED) this.#words[this.#words.length - 1] = { type: "stdin", data: joined };
    else this.#words.push(message);
    if (!this.#telling) void this.#tellAll();
  }

  /** Sends messages one after the other: concurrent calls may arrive in another order. */
  async #tellAll(): Promise<void> {
    this.#telling = true;
    for (let message = this.#words.shift(); message; message = this.#words.shift()) {
      const text = JSON.stringify(message);
      await this.#attempt(() => backend().tellConsole(text));
    }
    this.#telling = false;
  }

  async #attempt(tell: () => Promise<void>): Promise<void> {
    try {
      await tell();
    } catch (error) {
      toasts.fail(error);
    }
  }

  #write(text: string, done: () => void, isOld: boolean): void {
    this.#written = (this.#written + text).slice(-MOST_KEPT);
    if (this.#terminal) this.#terminal(text, done, isOld);
    else done();
  }
}

export const session = new Session();
