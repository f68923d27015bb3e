// A made-up program behind the Console: it asks for a name and greets.

import type { Socket } from "..";

interface Message {
  type: string;
  data?: string;
  signal?: string;
  terminal?: unknown;
}

export class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  /** Everything that the client sent. */
  readonly sent: Message[] = [];
  #line = "";

  constructor() {
    setTimeout(() => this.onopen?.(new Event("open")));
  }

  send(data: string): void {
    const message = JSON.parse(data) as Message;
    this.sent.push(message);
    if (message.type === "run") this.#begin(message.terminal !== undefined);
    if (message.type === "stdin") this.#typed(message.data ?? "");
    if (message.type === "eof") this.finish("completed", 0);
    if (message.type === "signal") this.finish("cancelled", null);
  }

  close(): void {
    this.onclose?.(new CloseEvent("close"));
  }

  /** Ends the program. */
  finish(status: string, exit_code: number | null): void {
    this.say({ type: "finished", status, exit_code, signal: null, duration_ms: 2104, peak_memory_bytes: 9_437_184, runtime: "CPython 3.13.1" });
  }

  say(message: object): void {
    this.onmessage?.(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  #begin(terminal: boolean): void {
    this.say({ type: "started", id: "01JCONSOLE" });
    if (terminal) this.say({ type: "stdout", data: "What is your name? " });
  }

  #typed(text: string): void {
    if (text === "\u0003") return this.finish("failed", 130);
    this.#line += text;
    this.say({ type: "stdout", data: text.replace("\r", "\r\n") });
    if (!text.includes("\r")) return;
    this.say({ type: "stdout", data: `\u001b[32mHello, ${this.#line.trim()}.\u001b[0m 6 × 7 is 42.\r\n` });
    this.finish("completed", 0);
  }
}
