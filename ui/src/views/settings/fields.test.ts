import { expect, test } from "vitest";

import { settings } from "../../lib/backend/fake/data";
import { read, shown, unknownKeys } from "./fields";

const MB = { name: "MB", factor: 1024 * 1024 };
const SECONDS = { name: "s", factor: 1000 };

test.each([
  [10_000, SECONDS, "10"],
  [1500, SECONDS, "1.5"],
  [1 << 30, MB, "1024"],
  [undefined, undefined, ""],
])("%d is shown as %3$s", (value, unit, text) => expect(shown(value, unit)).toBe(text));

test.each([
  ["10", SECONDS, 10_000],
  [" 1,5 ", SECONDS, 1500],
  ["0", undefined, 0],
  ["", undefined, null],
  ["ten", undefined, null],
  ["1e999", undefined, null],
])("%s is read as %3$s", (text, unit, value) => expect(read(text, unit)).toBe(value));

test("every key of the service has its row, and a new one is still within reach", () => {
  const keys = Object.keys(settings().defaults).filter((key) => !key.startsWith("warm."));
  expect(unknownKeys(keys)).toEqual([]);
  expect(unknownKeys(["port", "b.new", "a.new", "a.new"])).toEqual(["a.new", "b.new"]);
});
