// The isolation level in words.

import { t, type Key } from "../i18n/index.svelte";

const WORDS: Record<string, Key> = {
  sandbox: "isolation.sandbox",
  contained: "isolation.none",
  containment: "isolation.none",
  none: "isolation.none",
  wasm: "isolation.wasm",
};

/** What the level keeps programs from; a level that is not known here goes by its name. */
export function isolationText(level: string): string {
  const key = WORDS[level];
  return key ? t(key) : level;
}
