import { beforeEach, expect, test } from "vitest";

import { setLanguage, t } from "../i18n/index.svelte";
import { ownPythonHelp } from "./isolation";

beforeEach(() => setLanguage("en"));

test("a program of an own Python can do what the user can, unless the sandbox holds it", () => {
  expect(t(ownPythonHelp("sandbox"))).toMatch(/^In the sandbox: sees its own folder/);
  for (const level of ["none", "wasm", "later"]) expect(t(ownPythonHelp(level))).toBe("Can do what you can");
});
