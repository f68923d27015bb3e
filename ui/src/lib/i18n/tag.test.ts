import { expect, test } from "vitest";

import { mendTag } from "./tag";

test.each([
  ["C", "en"],
  ["", "en"],
  ["de-AT", "de-AT"],
  ["en", "en"],
])("a system in %j is read as %j", (language, expected) => {
  const navigator = { language };
  mendTag(navigator);
  expect(navigator.language).toBe(expected);
  expect(() => new Intl.NumberFormat(navigator.language)).not.toThrow();
});
