// The isolation level in words.

import { t, type Key } from "../i18n/index.svelte";

const WORDS: Record<string, Key> = {
  sandbox: "isolation.sandbox",
  contained: "isolation.none",
  containment: "isolation.none",
  none: "isolation.none",
  wasm: "isolation.wasm",
};

/** The protection of a level in words; an unknown level is shown by its name. */
export function isolationText(level: string): string {
  const key = WORDS[level];
  return key ? t(key) : level;
}
