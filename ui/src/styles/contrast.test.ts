import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { PLAIN } from "../lib/code/ansi";
import { contrast as between, palette, READABLE, rgb, renderedColours, SIXTEEN } from "../lib/code/colours";

const css = readFileSync("src/styles/tokens.css", "utf8");

function tokens(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
}
const contrast = (one: string, other: string) => between(rgb(one), rgb(other));

const GROUNDS = ["grey-1", "grey-2", "grey-3"];
const TEXTS = [
  "grey-9", "grey-10", "grey-11", "grey-12", "accent-text", "running", "busy", "stopped", "problem",
  "code-keyword", "code-string", "code-number", "code-comment", "code-name",
];

/** Text needs a contrast of 4.5 with its background, the border of a control 3 (WCAG 2.2, 1.4.3 and 1.4.11). */
const PAIRS: [text: string, ground: string, least: number][] = [
  ...TEXTS.flatMap((text) => GROUNDS.map((ground): [string, string, number] => [text, ground, 4.5])),
  ...SIXTEEN.map((text): [string, string, number] => [text, "grey-1", 4.5]),
  ["grey-12", "grey-4", 4.5],
  ["grey-10", "accent-ground", 4.5],
  ["grey-12", "accent-ground", 4.5],
  ["problem", "accent-ground", 4.5],
  ["grey-11", "problem-ground", 4.5],
  ["grey-12", "problem-ground", 4.5],
  ["on-accent", "accent", 4.5],
  ["on-accent", "accent-hover", 4.5],
  ["on-problem", "problem", 4.5],
  ["grey-8", "grey-1", 3],
  ["problem", "problem-ground", 3],
  ["focus", "grey-1", 3],
  ["focus", "grey-2", 3],
];

describe.each([["light", tokens(":root")], ["dark", tokens(':root[data-theme="dark"]')]])("in %s", (_, colours) => {
  test.each(PAIRS)("%s on %s has a contrast of %d", (text, ground, least) => {
    expect(contrast(colours[text] ?? "", colours[ground] ?? "")).toBeGreaterThanOrEqual(least);
  });
});

describe.each([["light", tokens(":root")], ["dark", tokens(':root[data-theme="dark"]')]])("in %s", (_, colours) => {
  test("a program's text is legible on every background", () => {
    const present = palette((name) => colours[name] ?? "");
    // The sixteen, and a sample of the others with every level of the cube and the greys.
    const all = [null, ...Array.from({ length: 256 }, (_, index) => index).filter((index) => index < 16 || index % 11 === 0)];
    const unreadable: string[] = [];
    for (const foreground of all) {
      for (const background of all) {
        for (const reverse of [false, true]) {
          const { text, ground } = renderedColours({ ...PLAIN, foreground, background, reverse }, present);
          const found = between(text ?? present.foreground, ground ?? present.background);
          if (found < READABLE) unreadable.push(`${foreground} on ${background}: ${found}`);
        }
      }
    }
    expect(unreadable).toEqual([]);
  });
});

test("in the light theme, the sixteen are legible on black too, which curses uses", () => {
  const light = tokens(":root");
  const others = SIXTEEN.filter((name) => name !== "ansi-black");
  const unreadable = others.filter((name) => contrast(light[name] ?? "", light["ansi-black"] ?? "") < READABLE);
  expect(unreadable).toEqual([]);
});

test("both themes name the same colours", () => {
  expect(Object.keys(tokens(':root[data-theme="dark"]')).sort()).toEqual(Object.keys(tokens(":root")).sort());
});
