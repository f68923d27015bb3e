// The messages of the WebSocket `/execute/ws`.
import type { components } from "./openapi.ts";

type Schemas = components["schemas"];

/** What the service sends. */
export type ServerMessage = Schemas["ServerMessage"];

/** A program that can be typed into, with a terminal or without. */
export type Run = Schemas["ExecuteRequest"] & Schemas["Run"];

/** What a client sends. The service's OpenAPI document has the fields of each message, but its `type` only in words. */
export type ClientMessage =
  | ({ type: "run" } & Run)
  | ({ type: "stdin" } & Schemas["Typed"])
  | { type: "eof" }
  | ({ type: "signal" } & Schemas["SentSignal"])
  | ({ type: "resize" } & Schemas["TerminalSize"]);
