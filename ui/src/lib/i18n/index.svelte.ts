// The texts of the window in the chosen language.
//
// A catalogue is flat: one text for each key, with `{name}` for values. A text that depends on a number has two keys,
// `….one` and `….other`. Texts of the Rust code are in `native.*.json`; sentences of the service that have a code are in
// `messages.*.json`, which both sides read.

import type { Words } from "../bindings";
import de from "./de.json";
import en from "./en.json";
import messagesDe from "./messages.de.json";
import messagesEn from "./messages.en.json";

export type Key = keyof typeof en;
type Stem<K> = K extends `${infer Base}.other` ? Base : never;
/** A key with texts for one and for several. */
export type Counted = Stem<Key>;
export type Language = "en" | "de";
export type Values = Record<string, string | number>;

const CATALOGUES: Record<Language, Record<Key, string>> = { en, de };
const MESSAGES: Record<Language, Record<string, string>> = { en: messagesEn, de: messagesDe };

const chosen = $state<{ language: Language }>({ language: "en" });

/** The language that is shown. */
export function language(): Language {
  return chosen.language;
}

/** The language for a setting; `system` is the first of the system's languages that the window supports. */
export function resolve(setting: unknown, preferred: readonly string[]): Language {
  if (setting === "en" || setting === "de") return setting;
  const codes = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return codes.find((code): code is Language => code === "en" || code === "de") ?? "en";
}

export function setLanguage(language: Language): void {
  chosen.language = language;
  document.documentElement.lang = language;
}

/** The text of `key`. */
export function t(key: Key, values: Values = {}): string {
  return fill(CATALOGUES[chosen.language][key], values);
}

/** The text of `key` for a number of things, which replaces `{count}`. */
export function counted(key: Counted, count: number, values: Values = {}): string {
  const one = new Intl.PluralRules(chosen.language).select(count) === "one";
  const text = new Intl.NumberFormat(chosen.language).format(count);
  return t(`${key}.${one ? "one" : "other"}` as Key, { count: text, ...values });
}

/** Translates a sentence of the service by its code; an unknown one stays in English. */
export function say({ code, values, text }: Words): string {
  const filled = Object.entries(values).map(([name, value]): [string, string] => {
    if (typeof value === "string") return [name, value];
    return [name, Array.isArray(value) ? value.map(say).join("; ") : say(value)];
  });
  const known = MESSAGES[chosen.language][code];
  return known === undefined ? text : fill(known, Object.fromEntries(filled));
}

/** Turns a fragment into a sentence. */
export function sentence(fragment: string): string {
  const text = fragment.trim();
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.?…]$/.test(text) ? "" : ".");
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
