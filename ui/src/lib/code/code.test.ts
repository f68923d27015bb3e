import { expect, test } from "vitest";

import { pieces } from "./ansi";

const ESCAPE = "\u001b";
const text = (output: string) => pieces(output).map((piece) => piece.text).join("");

test("colours become names of tokens", () => {
  const found = pieces(`${ESCAPE}[32mok${ESCAPE}[0m ${ESCAPE}[1;91mbad${ESCAPE}[0m`);
  expect(found).toEqual([
    { text: "ok", colour: "ansi-green", bold: false },
    { text: " ", colour: null, bold: false },
    { text: "bad", colour: "ansi-red", bold: true },
  ]);
});

test.each([
  ["markup stays text", "<b>&amp;</b>", "<b>&amp;</b>"],
  ["cursor moves go", `a${ESCAPE}[2Kb${ESCAPE}[1;1Hc`, "abc"],
  ["titles go", `${ESCAPE}]0;title\u0007x`, "x"],
  ["a progress bar shows its last state", "10 %\r50 %\r100 %\nDone", "100 %\nDone"],
  ["lines of Windows stay lines", "a\r\nb", "a\nb"],
  ["nothing is nothing", "", ""],
])("%s", (_, output, shown) => expect(text(output)).toBe(shown));

test("what nobody could read is cut", () => expect(text("x".repeat(300_000))).toHaveLength(200_000));
