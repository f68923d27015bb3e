// The wire types that people use, by the names of the service.
import type { Run, ServerMessage } from "./messages.ts";
import type { components } from "./openapi.ts";

type Schemas = components["schemas"];

/** A program to run: the fields of `POST /execute`. Only `code` is required. */
export type ExecuteRequest = Schemas["ExecuteRequest"];
/** How a program ended: `completed`, `failed`, `timeout`, `memory_limit`, `output_limit`, `crashed` or `cancelled`. */
export type Status = Schemas["Status"];
/** A file that the program created or changed; `content` is base64. */
export type ResultFile = Schemas["ResultFile"];
/** The execution's id, its language and its runtime. */
export type Started = Schemas["Started"];
/** `GET /health`. */
export type Health = Schemas["Health"];
/** One row of `GET /languages`. */
export type Language = Schemas["Language"];
/** The size of a terminal in characters. */
export type TerminalSize = Schemas["TerminalSize"];
/** A signal for an interactive program. */
export type SignalName = Schemas["SignalName"];
/** Why the service refused a request. */
export type Code = Schemas["Code"];
/** The body of a refusal. */
export type ErrorBody = Schemas["ErrorBody"];

/** How a run ended, without what it printed. A browser cannot measure CPU time and memory: they are `null` there. */
export type Finished = Omit<Schemas["Finished"], "cpu_ms" | "peak_memory_bytes"> & {
  cpu_ms: number | null;
  peak_memory_bytes: number | null;
};

/** What a program printed and how it ended. */
export type Result = Finished & Pick<Schemas["ExecuteResponse"], "output" | "error">;

/** What happens during a run, in order. `finished` is the last one. */
export type RunEvent = Exclude<ServerMessage, { type: "finished" | "error" }> | ({ type: "finished" } & Finished);

/** How to make one call. */
export interface CallOptions {
  /** Aborting it ends the call and cancels the run on the service. */
  signal?: AbortSignal;
  /** `wait`: when the page is not approved yet, go on by itself once the user approves it in Runtray. Default: `fail`. */
  approval?: "fail" | "wait";
  /** Called once when the call begins to wait for approval. */
  onWaiting?: (reason: Error) => void;
}

/** An interactive run. Iterating it gives its events; leaving the loop early ends the program. */
export interface Session extends AsyncIterable<RunEvent> {
  /** The end of the run. Rejects when the program was not run. */
  readonly finished: Promise<Finished>;
  /** Types into the program. In a terminal Enter is `\r`. */
  write(text: string): void;
  /** Ends the program's input. */
  eof(): void;
  /** Sends a signal: `interrupt` is what Ctrl-C does, `kill` cancels the run. */
  signal(name: SignalName): void;
  /** Tells the program the new size of its terminal. */
  resize(columns: number, rows: number): void;
  /** Ends the program, if it still runs. */
  close(): void;
}

/** What runs programs: the service, the browser, or whichever of them is there. */
export interface Runner {
  execute(request: ExecuteRequest, options?: CallOptions): Promise<Result>;
  stream(request: ExecuteRequest, options?: CallOptions): AsyncGenerator<RunEvent, void, undefined>;
  terminal(request: Run, options?: CallOptions): Promise<Session>;
}
