// The messages of `/execute/ws` as in API.md.

import type { Sentence } from "../bindings";

export type ClientMessage =
  | {
      type: "run";
      code: string;
      language: string;
      stdin?: string;
      args?: string[];
      env?: Record<string, string>;
      files?: { path: string; content: string; encoding: string }[];
      terminal?: { columns: number; rows: number };
    }
  | { type: "stdin"; data: string }
  | { type: "eof" }
  | { type: "signal"; signal: "interrupt" | "terminate" | "kill" }
  | { type: "resize"; columns: number; rows: number };

/** The end of a program. */
export interface Ending {
  status: string;
  exit_code: number | null;
  signal: string | null;
  duration_ms: number;
  peak_memory_bytes: number | null;
  runtime: string;
}

export type ServerMessage =
  | { type: "started"; id: string }
  | { type: "stdout" | "stderr"; data: string }
  | ({ type: "finished" } & Ending)
  | { type: "error"; error: string; reason?: Sentence };

/** Parses a message of the service; `null` for one that this version does not know. */
export function parse(frame: unknown): ServerMessage | null {
  if (typeof frame !== "string") return null;
  try {
    const message = JSON.parse(frame) as { type?: unknown };
    const known = ["started", "stdout", "stderr", "finished", "error"].includes(String(message.type));
    return known ? (message as ServerMessage) : null;
  } catch {
    return null;
  }
}
