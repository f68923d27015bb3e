import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

const css = readFileSync("src/styles/tokens.css", "utf8");

function tokens(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
}
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ["grey-1", "grey-2", "grey-3"];
const TEXTS = [
  "grey-9", "grey-10", "grey-11", "grey-12", "accent-text", "running", "busy", "stopped", "problem",
  "code-keyword", "code-string", "code-number", "code-comment", "code-name",
];
const ANSI = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"].map((name) => `ansi-${name}`);

/** Text needs 4.5 on what it stands on, the edge of a control 3 (WCAG 2.2, 1.4.3 and 1.4.11). */
const PAIRS: [text: string, ground: string, least: number][] = [
  ...TEXTS.flatMap((text) => GROUNDS.map((ground): [string, string, number] => [text, ground, 4.5])),
  ...ANSI.map((text): [string, string, number] => [text, "grey-1", 4.5]),
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

test("both themes name the same colours", () => {
  expect(Object.keys(tokens(':root[data-theme="dark"]')).sort()).toEqual(Object.keys(tokens(":root")).sort());
});
