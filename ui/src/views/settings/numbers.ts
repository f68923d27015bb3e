// Numbers as people write them in a field, parsed by the rules of the shown language.
//
// A number that could have been meant differently gets a note beside the field (`note`); an ambiguous one is refused. Digits are
// never dropped silently.

import { language, t } from "../../lib/i18n/index.svelte";
import type { Unit } from "./fields";

export type Read = { value: number; note: string | null } | { wrong: string };

/** Separators of groups of three digits, besides the language's own. */
const GROUPS = " \u00a0\u202f'’";

function signs(): { decimal: string; group: string } {
  return language() === "de" ? { decimal: ",", group: "." } : { decimal: ".", group: "," };
}

/** A number as in its field, without group separators. */
export function formatted(value: unknown, unit: Unit | undefined): string {
  const number = Number(value) / (unit?.factor ?? 1);
  if (value === undefined || value === null || !Number.isFinite(number)) return "";
  const digits = Math.abs(number) >= 1 ? { maximumFractionDigits: 3 } : { maximumSignificantDigits: 3 };
  return new Intl.NumberFormat(language(), { useGrouping: false, ...digits }).format(number);
}

/** A value with its unit, for a sentence. */
export function quantity(value: unknown, unit: Unit | undefined): string {
  return unit ? `${formatted(value, unit)} ${unit.name}` : formatted(value, unit);
}

/** Converts the text of a field to the file's number. */
export function read(written: string, unit: Unit | undefined): Read {
  const { decimal, group } = signs();
  const narrow = written.replace(/[\uff0b-\uff19]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  const text = withoutUnit(narrow.trim(), unit);
  if (text === "") return { wrong: t("number.empty") };
  const foreign = foreignUnit(text);
  if (foreign) return { wrong: unit ? t("number.unit", { unit: unit.name }) : t("number.digits") };
  const parts = new RegExp(`^([-−+]?)(\\d+|[1-9]\\d{0,2}(?:[${GROUPS}${group}]\\d{3})+)?(?:[${decimal}](\\d+))?$`).exec(text);
  const [, sign = "", whole = "", fraction] = parts ?? [];
  if (!parts || (whole === "" && fraction === undefined)) return { wrong: misread(text, decimal) };
  if (fraction !== undefined && !unit) return { wrong: t("number.whole") };
  const digits = whole.replace(/\D/g, "") || "0";
  const number = Number(`${digits}.${fraction ?? "0"}`) * (sign === "" || sign === "+" ? 1 : -1);
  // A number that is too large to represent is out of every range; the service names the range.
  const value = Math.round(Math.max(Math.min(number * (unit?.factor ?? 1), 1e18), -1e18));
  const asWritten = narrow === written && sign !== "+" && !/\D/.test(whole);
  return { value, note: asWritten && precise(number, value, unit) ? null : t("number.read", { number: quantity(value, unit) }) };
}

/** Whether no digit is lost by rounding to the smallest unit. */
function precise(number: number, value: number, unit: Unit | undefined): boolean {
  return Math.abs(number * (unit?.factor ?? 1) - value) < 0.5 + 1e-9 && (unit?.factor !== 1000 || Number.isInteger(Math.round(number * 1e9) / 1e6));
}

/** The text without the field's own unit at its end. */
function withoutUnit(text: string, unit: Unit | undefined): string {
  const name = unit?.name.toLowerCase();
  return name && text.toLowerCase().endsWith(name) ? text.slice(0, -name.length).trim() : text;
}

/** Whether another unit follows the number. */
function foreignUnit(text: string): boolean {
  return /^[\d.,\s]+(ms|s|sec|min|h|d|b|kb|mb|gb|tb|kib|mib|gib|tib|bytes?|%|sek\.?|std\.?|tage?|days?)$/i.test(text);
}

/** The reason why a text is not a number: the other language's decimal sign, or something else. */
function misread(text: string, decimal: string): string {
  const other = decimal === "," ? "." : ",";
  const meant = /^\d+[.,]\d+$/.test(text) && text.includes(other) ? text.replace(other, decimal) : null;
  return meant ? t("number.decimal", { number: meant }) : t("number.digits");
}
