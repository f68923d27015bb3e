// A made-up program behind the Console: it asks for a name and greets.

import type { ClientMessage, ConsoleEnd, ConsoleState, ConsoleUpdate, RunStatus, Words } from "../../bindings";

/** A message to the program, or that it is killed. */
type Told = ClientMessage | { type: "kill" };

export class FakeConsole {
  /** All messages to a program, including the first ones. */
  readonly sent: Told[] = [];
  /** The number of pieces of output that the window has shown. */
  acknowledged = 0;
  #listener: (update: ConsoleUpdate) => void = () => {};
  #state: ConsoleState = "idle";
  #output = "";
  #ended: ConsoleEnd | null = null;
  #line = "";

  follow(listener: (update: ConsoleUpdate) => void): void {
    this.#listener = listener;
    listener({ kind: "cleared" });
    if (this.#output) listener({ kind: "output", data: this.#output, is_old: true });
    this.#enter(this.#state, this.#ended);
  }

  run(message: string): void {
    this.sent.push(JSON.parse(message) as ClientMessage);
    this.#output = this.#line = "";
    this.#listener({ kind: "cleared" });
    this.#enter("starting");
    this.#enter("running");
    this.print("What is your name? ");
  }

  tell(message: string): void {
    const received = JSON.parse(message) as ClientMessage;
    this.sent.push(received);
    if (received.type === "stdin") this.#typed(received.data);
    if (received.type === "eof") this.finish("completed", 0);
    if (received.type === "signal") this.finish("cancelled", null);
  }

  kill(): void {
    this.sent.push({ type: "kill" });
    this.finish("cancelled", null);
  }

  print(data: string): void {
    this.#output += data;
    this.#listener({ kind: "output", data, is_old: false });
  }

  /** Ends the program. */
  finish(status: RunStatus, exit_code: number | null): void {
    this.#enter("ended", {
      type: "finished", success: status === "completed", status, id: "01JCONSOLE", language: "python", runtime: "CPython 3.13.1",
      exit_code, signal: null, duration_ms: 2104, cpu_ms: 12, peak_memory_bytes: 9_437_184, output_truncated: false,
      error_truncated: false, isolation: "none", containment: "user_namespace", files: [],
    });
  }

  /** The program is not run, or not any more. */
  refuse(message: string, localized: Words = { code: "", values: {}, text: message }): void {
    this.#enter("ended", { type: "refused", code: "shutting_down", message, localized });
  }

  #enter(state: ConsoleState, ended: ConsoleEnd | null = null): void {
    [this.#state, this.#ended] = [state, ended];
    this.#listener({ kind: "state", state, ended });
  }

  #typed(text: string): void {
    if (text === "\u0003") return this.finish("failed", 130);
    this.#line += text;
    this.print(text.replace("\r", "\r\n"));
    if (!text.includes("\r")) return;
    this.print(`\u001b[32mHello, ${this.#line.trim()}.\u001b[0m 6 × 7 is 42.\r\n`);
    this.finish("completed", 0);
  }
}
