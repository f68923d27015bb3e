// Numbers as people write them in a field, read by the rules of the language that is shown.
//
// What is read in another way than it may have been meant is said beside the field (`note`); what could be meant in two ways
// is refused. A number is never cut off silently.

import { language, t } from "../../lib/i18n/index.svelte";
import type { Unit } from "./fields";

export type Read = { value: number; note: string | null } | { wrong: string };

/** Signs that may stand between groups of three digits, besides the language's own. */
const GROUPS = " \u00a0\u202f'’";

function signs(): { decimal: string; group: string } {
  return language() === "de" ? { decimal: ",", group: "." } : { decimal: ".", group: "," };
}

/** A number as it stands in its field, without signs between groups. */
export function shown(value: unknown, unit: Unit | undefined): string {
  const number = Number(value) / (unit?.factor ?? 1);
  if (value === undefined || value === null || !Number.isFinite(number)) return "";
  const digits = Math.abs(number) >= 1 ? { maximumFractionDigits: 3 } : { maximumSignificantDigits: 3 };
  return new Intl.NumberFormat(language(), { useGrouping: false, ...digits }).format(number);
}

/** A value with its unit, for a sentence. */
export function quantity(value: unknown, unit: Unit | undefined): string {
  return unit ? `${shown(value, unit)} ${unit.name}` : shown(value, unit);
}

/** What stands in a field as the file's number. */
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
  // What is too large for a number is out of every range; the service names the range.
  const value = Math.round(Math.max(Math.min(number * (unit?.factor ?? 1), 1e18), -1e18));
  const asWritten = narrow === written && sign !== "+" && !/\D/.test(whole);
  return { value, note: asWritten && precise(number, value, unit) ? null : t("number.read", { number: quantity(value, unit) }) };
}

/** Whether no digit was lost to the smallest step that a value has. */
function precise(number: number, value: number, unit: Unit | undefined): boolean {
  return Math.abs(number * (unit?.factor ?? 1) - value) < 0.5 + 1e-9 && (unit?.factor !== 1000 || Number.isInteger(Math.round(number * 1e9) / 1e6));
}

/** The text without the field's own unit behind it. */
function withoutUnit(text: string, unit: Unit | undefined): string {
  const name = unit?.name.toLowerCase();
  return name && text.toLowerCase().endsWith(name) ? text.slice(0, -name.length).trim() : text;
}

/** Whether another unit stands behind the number. */
function foreignUnit(text: string): boolean {
  return /^[\d.,\s]+(ms|s|sec|min|h|d|b|kb|mb|gb|tb|kib|mib|gib|tib|bytes?|%|sek\.?|std\.?|tage?|days?)$/i.test(text);
}

/** Why a text is no number: the other language's decimal sign, or something else altogether. */
function misread(text: string, decimal: string): string {
  const other = decimal === "," ? "." : ",";
  const meant = /^\d+[.,]\d+$/.test(text) && text.includes(other) ? text.replace(other, decimal) : null;
  return meant ? t("number.decimal", { number: meant }) : t("number.digits");
}
