import { expect, test } from "vitest";

import { type Look, type Piece, pieces, PLAIN } from "./ansi";
import { css, type Palette, rgb } from "./colours";

const ESCAPE = "\u001b";
const RED = rgb("#b42318");
const THEME: Palette = { sixteen: Array.from({ length: 16 }, () => RED), foreground: rgb("#15181c"), background: rgb("#ffffff") };
const text = (output: string) => pieces(output).map((piece) => piece.text).join("");

/** The style of each piece, without default values. */
function looks(output: string): unknown[] {
  const other = (piece: Piece) => Object.entries(piece).filter(([key, value]) => key === "text" || value !== PLAIN[key as keyof Look]);
  return pieces(output).map((piece) => Object.fromEntries(other(piece)));
}
const sgr = (parameters: string) => `${ESCAPE}[${parameters}m`;

test.each<[string, string, Partial<Look>]>([
  ["bold and bright", "1;91", { bold: true, foreground: 9 }],
  ["a background", "44", { background: 4 }],
  ["a bright background", "103", { background: 11 }],
  ["dim, italic, underlined, struck", "2;3;4;9", { dim: true, italic: true, underline: true, strike: true }],
  ["reversed and hidden", "7;8", { reverse: true, hidden: true }],
  ["one of 256", "38;5;208", { foreground: 208 }],
  ["a background of 256", "48;5;17", { background: 17 }],
  ["a true colour", "38;2;255;128;0", { foreground: [255, 128, 0] }],
  ["true colours for both, and more behind them", "38;2;1;2;3;48;2;4;5;6;1", { foreground: [1, 2, 3], background: [4, 5, 6], bold: true }],
  ["colons", "38:5:208;48:2::4:5:6", { foreground: 208, background: [4, 5, 6] }],
  ["colons without a colour space", "38:2:1:2:3", { foreground: [1, 2, 3] }],
  ["a curly underline", "4:3", { underline: true }],
  ["a double underline", "21", { underline: true }],
  ["an unknown number between known ones", "31;77;1", { foreground: 1, bold: true }],
  ["a colour out of range, and what follows", "38;5;300;1", { bold: true }],
  ["a true colour that is cut off", "38;2;1", {}],
  ["a colour of no kind", "38;9;1", { bold: true }],
  ["an empty parameter, which resets", "31;;4", { underline: true }],
])("%s (%s)", (_, parameters, expected) => expect(looks(`${sgr(parameters)}x`)).toEqual([{ text: "x", ...expected }]));

test.each<[string, string, Partial<Look>]>([
  ["everything", "0", {}],
  ["everything, without a number", "", {}],
  ["bold and dim", "22", { italic: true, underline: true, reverse: true, hidden: true, strike: true, foreground: 1, background: 2 }],
  ["underline", "24", { bold: true, italic: true, reverse: true, hidden: true, strike: true, foreground: 1, background: 2 }],
  ["underline by a colon", "4:0", { bold: true, italic: true, reverse: true, hidden: true, strike: true, foreground: 1, background: 2 }],
  ["reverse", "27", { bold: true, italic: true, underline: true, hidden: true, strike: true, foreground: 1, background: 2 }],
  ["the colours", "39;49", { bold: true, italic: true, underline: true, reverse: true, hidden: true, strike: true }],
])("%s can be taken back", (_, parameters, left) => {
  const all = `${sgr("1;3;4;7;8;9;31;42")}a`;
  expect(looks(`${all}${sgr(parameters)}b`).at(-1)).toEqual({ text: "b", ...left });
});

test("a style ends at its reset", () => {
  expect(looks(`${sgr("32")}ok${sgr("0")} ${sgr("1;91")}bad${sgr("")}`)).toEqual([
    { text: "ok", foreground: 2 }, { text: " " }, { text: "bad", foreground: 9, bold: true },
  ]);
});

test("a style uses the theme's colours and is legible on its background", () => {
  const look = (change: Partial<Look>) => css({ ...PLAIN, ...change }, THEME);
  expect(look({})).toBe("");
  expect(look({ foreground: 1, bold: true, underline: true, strike: true })).toBe(
    "color: rgb(180 35 24); font-weight: 700; text-decoration: underline line-through",
  );
  expect(look({ background: [0, 0, 128] })).toContain("background-color: rgb(0 0 128)");
  expect(look({ reverse: true })).toBe("color: rgb(255 255 255); background-color: rgb(21 24 28)");
  expect(look({ foreground: 226 })).not.toContain("rgb(255 255 0)");
  expect(look({ foreground: 226, background: 16 })).toContain("color: rgb(255 255 0)");
  expect(look({ hidden: true })).toBe("color: rgb(255 255 255)");
});

test.each([
  ["markup stays text", "<b>&amp;</b>", "<b>&amp;</b>"],
  ["cursor moves go", `a${ESCAPE}[2Kb${ESCAPE}[1;1Hc`, "abc"],
  ["a sequence that is cut off goes", `ab${ESCAPE}[38;2;1`, "ab"],
  ["a lone escape goes", `ab${ESCAPE}`, "ab"],
  ["private modes go", `${ESCAPE}[?1049h${ESCAPE}[?25lx${ESCAPE}[>1m`, "x"],
  ["links keep their text", `${ESCAPE}]8;;http://a${ESCAPE}\\text${ESCAPE}]8;;${ESCAPE}\\`, "text"],
  ["bells and charsets go", `a\u0007b${ESCAPE}(Bc`, "abc"],
  ["titles go", `${ESCAPE}]0;title\u0007x`, "x"],
  ["a progress bar shows its last state", "10 %\r50 %\r100 %\nDone", "100 %\nDone"],
  ["lines of Windows stay lines", "a\r\nb", "a\nb"],
  ["nothing is nothing", "", ""],
])("%s", (_, output, expected) => expect(text(output)).toBe(expected));

test("very long output is cut", () => expect(text("x".repeat(300_000))).toHaveLength(200_000));
