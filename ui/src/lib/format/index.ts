// Formats of times, sizes and names.

import { language, t } from "../i18n/index.svelte";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Caches formatters, which are costly to create: a scrolling list needs hundreds of texts. */
function kept<T>(make: (locale: string) => T): (locale: string) => T {
  const made = new Map<string, T>();
  return (locale) => {
    const present = made.get(locale) ?? make(locale);
    made.set(locale, present);
    return present;
  };
}

const WHOLE = kept((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }));
const TENTHS = kept((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }));
const RELATIVE = kept((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" }));
const EXACT = kept((locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }));
const CLOCK = kept((locale) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }));

function number(value: number, digits: 0 | 1 = 0): string {
  return (digits === 0 ? WHOLE : TENTHS)(language()).format(value);
}

/** The regional variant of the shown language on this machine, which determines the 12- or 24-hour clock. */
function locale(): string {
  return navigator.languages.find((tag) => tag.startsWith(language())) ?? language();
}

export function count(value: number): string {
  return number(value);
}

/** A time span, from milliseconds: `5 ms`, `2.1 s`, `1 min 4 s`. */
export function duration(ms: number): string {
  if (ms < 1) return "< 1 ms";
  if (ms < 999.5) return `${number(Math.round(ms))} ms`;
  if (ms < 59.95 * SECOND) return `${number(ms / SECOND, 1)} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${number(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** A size, from bytes, in the largest suitable unit. */
export function size(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${number(value, value < 10 && unit > 0 ? 1 : 0)} ${units[unit] ?? ""}`;
}

/** A relative time in words, such as "5 minutes ago". */
export function ago(at: string, now: number): string {
  const passed = Math.max(0, now - Date.parse(at));
  if (passed < 10 * SECOND) return t("time.now");
  const words = RELATIVE(language());
  if (passed < MINUTE) return words.format(-Math.floor(passed / SECOND), "second");
  if (passed < HOUR) return words.format(-Math.floor(passed / MINUTE), "minute");
  if (passed < DAY) return words.format(-Math.floor(passed / HOUR), "hour");
  return words.format(-Math.floor(passed / DAY), "day");
}

/** The exact time, for a tooltip. */
export function exact(at: string): string {
  return EXACT(locale()).format(new Date(at));
}

/** The time of day to the minute, of milliseconds since 1970. */
export function clockTime(at: number): string {
  return CLOCK(locale()).format(new Date(at));
}

/** An origin without the scheme `http://`. */
export function origin(origin: string): string {
  if (origin === "local") return t("origin.local");
  return isConsole(origin) ? t("origin.console") : origin.replace(/^http:\/\//, "");
}

/** Whether an origin is that of the window's own runs. */
export function isConsole(origin: string): boolean {
  return CONSOLE.includes(origin);
}

/** Origins of the window's own runs, as they are logged now and as earlier versions logged them. */
const CONSOLE = ["Runtray Console", "tauri://localhost", "http://tauri.localhost"];

const LANGUAGES: Record<string, string> = { python: "Python", javascript: "JavaScript", typescript: "TypeScript" };

/** A language's proper name. */
export function languageName(name: string): string {
  return LANGUAGES[name] ?? name;
}

/** A text with its middle left out if it is longer than `most` characters, because both ends distinguish it. */
export function middle(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const head = Math.floor(most / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (most - head - 1)).join("")}`;
}

/** A path with the home folder as `~`. */
export function shortPath(path: string): string {
  return path.replace(/^(\/home\/[^/]+|\/Users\/[^/]+|\/root)(?=\/|$)/, "~");
}
