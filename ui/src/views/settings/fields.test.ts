import { beforeEach, describe, expect, test } from "vitest";

import { settings } from "../../lib/backend/fake/data";
import { setLanguage, t } from "../../lib/i18n/index.svelte";
import { ADDRESSES, CALLERS, LIMITS, NO_NETWORK, unknownKeys } from "./fields";
import { read, formatted } from "./numbers";
import { mistakeText } from "./messages";

const MB = { name: "MB", factor: 1024 * 1024 };
const SECONDS = { name: "s", factor: 1000 };
beforeEach(() => setLanguage("en"));

test.each([
  [10_000, SECONDS, "10", "10"],
  [1500, SECONDS, "1.5", "1,5"],
  [1 << 30, MB, "1024", "1024"],
  [100, MB, "0.0000954", "0,0000954"],
  [undefined, undefined, "", ""],
])("%d is shown as %3$s", (value, unit, english, german) => {
  expect(formatted(value, unit)).toBe(english);
  setLanguage("de");
  expect(formatted(value, unit)).toBe(german);
});

/** A number, a number with a note how it was read, or an error. */
function taken(text: string, unit: typeof MB | undefined): unknown {
  const found = read(text, unit);
  return "wrong" in found ? found.wrong : found.note === null ? found.value : [found.value, found.note];
}

const DIGITS = "Write the number in digits only, such as 8080.";
describe("in English", () => {
  test.each<[string, typeof MB | undefined, unknown]>([
    ["10", SECONDS, 10_000],
    ["1.5", SECONDS, 1500],
    [".5", SECONDS, 500],
    ["2.048", SECONDS, 2048],
    ["0", undefined, 0],
    [" 80 ", undefined, 80],
    ["007", undefined, 7],
    ["10 s", SECONDS, 10_000],
    ["+80", undefined, [80, "Read as 80."]],
    ["８０８０", undefined, [8080, "Read as 8080."]],
    ["2,048", MB, [2 * 1024 ** 3, "Read as 2048 MB."]],
    ["1 000", SECONDS, [1_000_000, "Read as 1000 s."]],
    ["0.0005", SECONDS, [1, "Read as 0.001 s."]],
    ["-5", undefined, -5],
    ["5000.5", undefined, "Enter a whole number, without decimals."],
    ["5000.0", undefined, "Enter a whole number, without decimals."],
    ["1,5", SECONDS, "Write the decimal sign as a point: 1.5"],
    ["0,500", SECONDS, "Write the decimal sign as a point: 0.500"],
    ["20,48", MB, "Write the decimal sign as a point: 20.48"],
    ["10 min", SECONDS, "This field counts in s. Write the number alone."],
    ["2 GB", MB, "This field counts in MB. Write the number alone."],
    ["80 ms", undefined, DIGITS],
    ["", undefined, "Enter a number, or restore the default."],
    ["   ", SECONDS, "Enter a number, or restore the default."],
    ...["ten", "0x1F90", "0b11", "1e3", "1e999", "Infinity", "NaN", "1.2.3", "1,2,3", "12,34,567", ".", "-", "+", "--1", "٣", "5²", "½"]
      .map((text): [string, undefined, unknown] => [text, undefined, DIGITS]),
  ])("%j is read as %3$j", (text, unit, expected) => expect(taken(text, unit)).toEqual(expected));

  test("a number beyond every range is passed on, so that the error names the range", () => {
    for (const text of ["9".repeat(30), "9".repeat(400)]) expect(read(text, MB)).toMatchObject({ value: 1e18 });
  });
});

describe("in German", () => {
  test.each<[string, typeof MB | undefined, unknown]>([
    ["1,5", SECONDS, 1500],
    ["2.048", MB, [2 * 1024 ** 3, "Gelesen als 2048 MB."]],
    ["2.048", undefined, [2048, "Gelesen als 2048."]],
    ["5.000", undefined, [5000, "Gelesen als 5000."]],
    ["1.234.567,5", SECONDS, [1_234_567_500, "Gelesen als 1234567,5 s."]],
    ["2.5", SECONDS, "Schreibe das Dezimalzeichen als Komma: 2,5"],
    ["0.500", SECONDS, "Schreibe das Dezimalzeichen als Komma: 0,500"],
    ["5000,5", undefined, "Gib eine ganze Zahl ein, ohne Nachkommastellen."],
  ])("%j is read as %3$j", (text, unit, expected) => {
    setLanguage("de");
    expect(taken(text, unit)).toEqual(expected);
  });
});

test("a mistake is described in the field's unit and language", () => {
  const range = { code: "setting.millis", values: { least: "1", most: "86400000", written: "0" }, text: "must be a whole number of milliseconds" };
  const replaced = { code: "setting.replaced", values: { mistake: range, used: "10000" }, text: "" };
  const above = { code: "setting.timeout_above", values: { limit: "300000" }, text: "" };
  expect(mistakeText(range, SECONDS)).toBe("Must be from 0.001 s to 86400 s.");
  expect(mistakeText(above, SECONDS)).toBe("Must not be longer than the longest time limit, which is 300 s. Raise that first.");
  setLanguage("de");
  expect(mistakeText(replaced, SECONDS)).toBe("Muss zwischen 0,001 s und 86400 s liegen; benutzt wird 10 s.");
  expect(mistakeText({ code: "setting.count", values: { least: "0", most: "65535", written: "70000" }, text: "" })).toBe(
    "Muss eine ganze Zahl von 0 bis 65535 sein.",
  );
});

test("every key of the service has a row, even a new one", () => {
  const keys = Object.keys(settings().defaults).filter((key) => !key.startsWith("warm."));
  expect(unknownKeys(keys)).toEqual([]);
  expect(unknownKeys(["port", "b.new", "a.new", "a.new"])).toEqual(["a.new", "b.new"]);
});

test("the network is off, on or asked about, in words that say what that means", () => {
  const field = LIMITS.find((one) => one.key === "sandbox.network");
  expect(field?.kind === "choice" && field.options.map((option) => option.value)).toEqual(["off", "ask", "on"]);
  for (const language of ["en", "de"] as const) {
    setLanguage(language);
    const words = field ? t(field.help) : "";
    expect(words).toMatch(language === "en" ? /send its input anywhere.*local network stay closed.*waits until you say/ : /überallhin senden.*lokales Netzwerk bleiben.*wartet, bis du/);
  }
  expect(settings().values["sandbox.network"]).toBe("off");
  expect(unknownKeys(["sandbox.network", ADDRESSES.key, CALLERS.key, NO_NETWORK])).toEqual([]);
});
