// A program's input besides its code: for a repeated run, and as text.

import type { ClientMessage, ExecutionView, Missing } from "../bindings";
import { t, type Key } from "../i18n/index.svelte";

/** The first message of a repeated run: all input that is kept, and no terminal. */
export function secondRun({ code, language, given }: ExecutionView): ClientMessage {
  const { stdin = "", args = [], env = [], files = [] } = given ?? {};
  const values = env.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]));
  const contents = files.flatMap(({ path, content, encoding }) => (content === null ? [] : [{ path, content, encoding }]));
  return { type: "run", code, language, stdin, args, env: Object.fromEntries(values), files: contents };
}

const PARTS: Record<Missing, Key> = {
  code: "given.code",
  stdin: "given.stdin",
  args: "given.args",
  env: "given.env",
  files: "given.files",
  typed: "given.typed",
};

/** A text about the input that is not kept; empty if a repeated run gets the same input as the first one. */
export function missing(execution: ExecutionView): string {
  if (!execution.given) return t("given.all");
  return execution.given.missing.map((part) => t(PARTS[part])).join(", ");
}
