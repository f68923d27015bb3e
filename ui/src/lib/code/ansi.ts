// Output with its terminal colours, as pieces that the page can show without reading them as HTML.

import Anser from "anser";

export interface Piece {
  text: string;
  /** A token's name without the dashes, `ansi-red`, or none. */
  colour: string | null;
  bold: boolean;
}

/** More than this is cut: nobody reads it here, and laying it out would stop the window. */
export const MOST_SHOWN = 200_000;

const ESCAPE = String.fromCharCode(27);
/** Sequences other than colours: cursor moves, titles, charset choices. */
const OTHERS = new RegExp(`${ESCAPE}(?:\\[[0-9;?]*[A-LN-Za-ln-z]|\\][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)|[()][0-9A-B])`, "g");

/** What a terminal would be left with: progress bars that return to the line's start show their last state. */
function settled(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(/^.*\r(?=[^\n])/gm, "");
}

export function pieces(output: string): Piece[] {
  const text = settled(output.slice(0, MOST_SHOWN).replace(OTHERS, ""));
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true }).map((part) => ({
    text: part.content,
    colour: part.fg ? part.fg.replace(/^ansi-bright-/, "ansi-") : null,
    bold: part.decorations.includes("bold"),
  }));
}
