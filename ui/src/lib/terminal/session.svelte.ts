// The Console's program: one at a time, over the service's own WebSocket.
//
// It outlives the view: what was written is kept, so that a terminal that comes later shows it again.

import { backend, failure, type Socket } from "../backend";
import { t } from "../i18n/index.svelte";
import { notices } from "../state/notices.svelte";
import { parse, type ClientMessage, type Ending, type ServerMessage } from "./protocol";

export type SessionState = "idle" | "connecting" | "running" | "ended";

const MOST_KEPT = 200_000;

class Session {
  state = $state<SessionState>("idle");
  ending = $state.raw<Ending | null>(null);
  /** Why there is no program, for people. */
  problem = $state<string | null>(null);
  /** Whether it was asked to stop once already. */
  stopping = $state(false);
  size = { columns: 80, rows: 24 };
  #written = "";
  #terminal: ((text: string) => void) | null = null;
  #socket: Socket | null = null;

  get active(): boolean {
    return this.state === "connecting" || this.state === "running";
  }

  /** Shows what was written so far, and from now on, until the answer is called. */
  attach(terminal: (text: string) => void): () => void {
    this.#terminal = terminal;
    if (this.#written) terminal(this.#written);
    return () => (this.#terminal = null);
  }

  async run(code: string, language: string): Promise<void> {
    if (this.active) return;
    this.#begin();
    try {
      const socket = backend().connect(await backend().consoleAccess());
      this.#socket = socket;
      socket.onopen = () => this.#send({ type: "run", code, language, terminal: this.size });
      socket.onmessage = ({ data }) => this.#take(parse(data));
      socket.onclose = () => this.#end(t("console.lost"));
    } catch (error) {
      this.#end(failure(error).message);
    }
  }

  /** What was typed. Ctrl-C and Ctrl-D are characters too: the terminal on the other side knows them. */
  type(data: string): void {
    if (this.state === "running") this.#send({ type: "stdin", data });
  }

  eof(): void {
    if (this.state === "running") this.#send({ type: "eof" });
  }

  /** Asks for the end; the second time it is not asked. */
  stop(): void {
    if (this.state === "connecting") return this.#end(null);
    if (this.state !== "running") return;
    this.#send({ type: "signal", signal: this.stopping ? "kill" : "interrupt" });
    this.stopping = true;
  }

  resize(columns: number, rows: number): void {
    this.size = { columns, rows };
    if (this.state === "running") this.#send({ type: "resize", columns, rows });
  }

  #begin(): void {
    this.state = "connecting";
    this.ending = null;
    this.problem = null;
    this.stopping = false;
    this.#written = "";
    // Clears the screen, what scrolled off, and every mode that the last program left behind.
    this.#write("\u001bc");
  }

  #take(message: ServerMessage | null): void {
    switch (message?.type) {
      case "started":
        this.state = "running";
        break;
      case "stdout":
      case "stderr":
        this.#write(message.data);
        break;
      case "finished":
        this.ending = message;
        this.#end(null);
        break;
      case "error":
        // Before the start there is no program; later only one message was not taken, and the program goes on.
        if (this.state === "connecting") this.#end(message.error);
        else notices.fail({ message: message.error });
        break;
    }
  }

  #end(problem: string | null): void {
    if (this.#socket) {
      this.#socket.onclose = null;
      this.#socket.close();
      this.#socket = null;
    }
    if (!this.active) return;
    this.problem = problem;
    this.state = "ended";
  }

  #send(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #write(text: string): void {
    this.#written = (this.#written + text).slice(-MOST_KEPT);
    this.#terminal?.(text);
  }
}

export const session = new Session();
