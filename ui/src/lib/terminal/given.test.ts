import { expect, test } from "vitest";

import { execution } from "../backend/fake/data";
import type { Given } from "../bindings";
import { setLanguage } from "../i18n/index.svelte";
import { missing, secondRun } from "./given";

const KEPT: Given = {
  stdin: "in",
  args: ["-v"],
  env: [{ name: "A", value: "1" }, { name: "TOKEN", value: null }],
  files: [
    { path: "a.txt", size_bytes: 4, content: "text", encoding: "utf8" },
    { path: "big.bin", size_bytes: 9e6, content: null, encoding: "base64" },
  ],
  missing: ["env", "files"],
};
const GIVEN = { ...execution(0, 0, 0), given: KEPT };

test("a repeated run gets all input that is kept", () => {
  expect(secondRun(GIVEN)).toMatchObject({
    type: "run",
    stdin: "in",
    args: ["-v"],
    env: { A: "1" },
    files: [{ path: "a.txt", content: "text", encoding: "utf8" }],
  });
});

test("missing input is named", () => {
  setLanguage("en");
  expect(missing(GIVEN)).toBe("values of its variables, contents of its files");
  expect(missing({ ...GIVEN, given: { ...KEPT, missing: [] } })).toBe("");
  expect(missing({ ...GIVEN, given: null })).toBe("all of its input");
});
