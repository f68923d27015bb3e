// The isolation level in words.

import { t, type Key } from "../i18n/index.svelte";

const WORDS: Record<string, Key> = {
  sandbox: "isolation.sandbox",
  contained: "isolation.none",
  containment: "isolation.none",
  none: "isolation.none",
  wasm: "isolation.wasm",
  container: "isolation.container",
};

const NAMES: Record<string, Key> = { sandbox: "level.sandbox", none: "level.none", wasm: "level.wasm", container: "level.container" };

/** The level in a word or two, for lists. */
export function levelName(level: string): string {
  const key = NAMES[level];
  return key ? t(key) : level;
}

/** Whether the level keeps programs from nothing but their limits. */
export const isOpen = (level: string): boolean => WORDS[level] === "isolation.none";

/** What a program of an own Python can reach while the service runs programs at `level`. */
export const ownPythonHelp = (level: string): Key => (level === "sandbox" ? "welcome.ownSandboxed" : "welcome.ownHelp");

/** The protection of a level in words; an unknown level is shown by its name. */
export function isolationText(level: string): string {
  const key = WORDS[level];
  return key ? t(key) : level;
}
