// Colours of terminal output: the theme's own for the basic sixteen, computed ones for the rest, adjusted to be legible on their
// background.

import type { Colour, Look } from "./ansi";

export type Rgb = readonly [red: number, green: number, blue: number];

/** The theme's colours: the sixteen, the text's and the background's. */
export interface Palette {
  sixteen: Rgb[];
  foreground: Rgb;
  background: Rgb;
}

/** The minimum contrast of text (WCAG 2.2, 1.4.3). */
export const READABLE = 4.5;

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
/** The CSS variables of the sixteen colours, the bright ones last. */
export const SIXTEEN = ["ansi-", "ansi-bright-"].flatMap((prefix) => NAMES.map((name) => prefix + name));

export function rgb(hex: string): Rgb {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(hex.trim().slice(at, at + 2), 16) || 0);
  return [red, green, blue];
}

/** The palette of the present theme. */
export function palette(token: (name: string) => string): Palette {
  return {
    sixteen: SIXTEEN.map((name) => rgb(token(name))),
    foreground: rgb(token("grey-12")),
    background: rgb(token("grey-1")),
  };
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function mixed(one: Rgb, other: Rgb, share: number): Rgb {
  const part = (index: 0 | 1 | 2) => Math.round(one[index] + (other[index] - one[index]) * share);
  return [part(0), part(1), part(2)];
}

/** The text colour, moved towards white or black until it is legible on its background. */
export function readable(text: Rgb, ground: Rgb): Rgb {
  const ends: Rgb[] = [[255, 255, 255], [0, 0, 0]];
  const end = ends.sort((a, b) => contrast(b, ground) - contrast(a, ground))[0] ?? text;
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mixed(text, end, share);
    if (contrast(tried, ground) >= READABLE) return tried;
  }
  return end;
}

function resolved(colour: Colour, { sixteen }: Palette): Rgb {
  if (typeof colour !== "number") return colour;
  const named = sixteen[colour];
  if (named) return named;
  if (colour >= 232) return [0, 1, 2].map(() => 8 + (colour - 232) * 10) as unknown as Rgb;
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = colour - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

/** The colours of text and background; `null` for the page's own. */
export function renderedColours(look: Look, palette: Palette): { text: Rgb | null; ground: Rgb | null } {
  const { foreground, background, reverse, dim, hidden } = look;
  let text = foreground === null ? null : resolved(foreground, palette);
  let ground = background === null ? null : resolved(background, palette);
  if (reverse) [text, ground] = [ground ?? palette.background, text ?? palette.foreground];
  const under = ground ?? palette.background;
  if (hidden) return { text: under, ground };
  if (dim) text = mixed(text ?? palette.foreground, under, 0.4);
  if (text === null && ground === null) return { text, ground };
  return { text: readable(text ?? palette.foreground, under), ground };
}

/** A style as CSS. */
export function css(look: Look, palette: Palette): string {
  const { text, ground } = renderedColours(look, palette);
  const lines = [look.underline && "underline", look.strike && "line-through"].filter(Boolean).join(" ");
  const rules = [
    text && `color: rgb(${text.join(" ")})`,
    ground && `background-color: rgb(${ground.join(" ")})`,
    look.bold && "font-weight: 700",
    look.italic && "font-style: italic",
    lines && `text-decoration: ${lines}`,
  ];
  return rules.filter(Boolean).join("; ");
}
