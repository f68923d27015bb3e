// Output with terminal colours, as pieces that the page can show as text, never as HTML.
//
// Only the escape sequences for colours and styles (SGR) have an effect; all others are removed.

/** An index into the 256 colours, or a true colour. */
export type Colour = number | readonly [red: number, green: number, blue: number];

export interface Look {
  foreground: Colour | null;
  background: Colour | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  reverse: boolean;
  hidden: boolean;
  strike: boolean;
}

export interface Piece extends Look {
  text: string;
}

/** Longer output is cut: laying it out would block the window. */
export const MOST_CHARS = 200_000;

export const PLAIN: Look = {
  foreground: null, background: null, bold: false, dim: false, italic: false, underline: false, reverse: false,
  hidden: false, strike: false,
};

const ESCAPE = "\\u001b";
const PARTS = [
  // Control sequences: parameters, intermediate bytes, and the final byte, which is `m` for SGR.
  `(?:${ESCAPE}\\[|\\u009b)([0-9:;<=>?]*)([ -/]*)([@-~])`,
  // Titles, links and other strings, up to their terminator.
  `${ESCAPE}[\\]PX^_][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\|$)`,
  // A sequence that is cut off at the end.
  `${ESCAPE}\\[?[0-9:;<=>?]*[ -/]*$`,
  // Character sets and other short sequences.
  `${ESCAPE}[ -/]*[0-~]`,
  // Control characters without effect here: the bell, shifts, backspace and others.
  "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001a\\u001c-\\u001f\\u007f]",
];
const SEQUENCE = new RegExp(PARTS.join("|"), "g");

/** Keeps the text that a terminal would show in the end: of a progress bar that returns to the line's start, the last state. */
function settled(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(/^.*\r(?=[^\n])/gm, "").replace(/\r/g, "");
}

/** Splits output into pieces of one style each. */
export function pieces(output: string): Piece[] {
  const text = settled(output.slice(0, MOST_CHARS));
  const found: Piece[] = [];
  let look = PLAIN;
  let from = 0;
  const add = (part: string) => {
    const last = found.at(-1);
    if (part === "") return;
    if (last && sameLook(last, look)) last.text += part;
    else found.push({ ...look, text: part });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    add(text.slice(from, match.index));
    from = match.index + match[0].length;
    const [, parameters = "", intermediate, final] = match;
    if (final === "m" && intermediate === "" && /^[\d:;]*$/.test(parameters)) look = changed(look, parameters);
  }
  add(text.slice(from));
  return found;
}

function sameLook(one: Look, other: Look): boolean {
  const keys = Object.keys(PLAIN) as (keyof Look)[];
  return keys.every((key) => String(one[key]) === String(other[key]));
}

/** The style after the parameters of a sequence. */
function changed(look: Look, parameters: string): Look {
  const groups = parameters.split(";");
  let now = look;
  for (let index = 0; index < groups.length; index += 1) {
    const [code = 0, ...details] = (groups[index] ?? "").split(":").map(Number);
    if (code === 38 || code === 48) {
      // The parts of a colour follow after colons, or are the next parameters.
      const rest = details.length > 0 ? details : groups.slice(index + 1).map(Number);
      const [colour, used] = extended(rest, details.length > 0);
      if (details.length === 0) index += used;
      if (colour !== null) now = { ...now, [code === 38 ? "foreground" : "background"]: colour };
    } else now = after(now, code, details);
  }
  return now;
}

/** A colour of the 256 or a true colour, and the number of its parameters; `null` if it is invalid. */
function extended(rest: number[], colons: boolean): [Colour | null, number] {
  const isPart = (part: number | undefined): part is number => part !== undefined && Number.isInteger(part) && part >= 0 && part <= 255;
  if (rest[0] === 5) return [isPart(rest[1]) ? rest[1] : null, 2];
  if (rest[0] !== 2) return [null, colons ? 0 : Math.min(rest.length, 1)];
  // After colons, a colour space may precede the three values.
  const [red, green, blue] = colons && rest.length > 4 ? rest.slice(2, 5) : rest.slice(1, 4);
  return [isPart(red) && isPart(green) && isPart(blue) ? [red, green, blue] : null, 4];
}

const SWITCHES: Record<number, Partial<Look>> = {
  0: PLAIN, 1: { bold: true }, 2: { dim: true }, 3: { italic: true }, 4: { underline: true }, 7: { reverse: true },
  8: { hidden: true }, 9: { strike: true }, 21: { underline: true }, 22: { bold: false, dim: false }, 23: { italic: false },
  24: { underline: false }, 27: { reverse: false }, 28: { hidden: false }, 29: { strike: false },
  39: { foreground: null }, 49: { background: null },
};

function after(look: Look, code: number, details: number[]): Look {
  // `4:0` means no underline; other values after the colon are kinds of underline.
  if (code === 4 && details[0] === 0) return { ...look, underline: false };
  if (SWITCHES[code]) return { ...look, ...SWITCHES[code] };
  if (code >= 30 && code <= 37) return { ...look, foreground: code - 30 };
  if (code >= 40 && code <= 47) return { ...look, background: code - 40 };
  if (code >= 90 && code <= 97) return { ...look, foreground: code - 82 };
  if (code >= 100 && code <= 107) return { ...look, background: code - 92 };
  return look;
}
