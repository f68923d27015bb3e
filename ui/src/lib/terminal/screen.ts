// xterm.js, in the window's colours and fitted to its box.

import "@xterm/xterm/css/xterm.css";

import { FitAddon } from "@xterm/addon-fit";
import { Terminal, type ITheme } from "@xterm/xterm";

/** A terminal on the page. */
export interface Screen {
  /** Shows a text and then calls `done`. Questions in a text that is old were answered when it was new. */
  write(text: string, done: () => void, isOld: boolean): void;
  focus(): void;
  /** Takes the theme's colours anew. */
  repaint(): void;
  destroy(): void;
}

export interface ScreenOptions {
  label: string;
  ontype: (data: string) => void;
  onresize: (columns: number, rows: number) => void;
}

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

function colours(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const normal = NAMES.map((name) => [name, token(`ansi-${name}`)]);
  const bright = NAMES.map((name) => [`bright${name[0]?.toUpperCase()}${name.slice(1)}`, token(`ansi-${name}`)]);
  return {
    ...Object.fromEntries([...normal, ...bright]),
    background: token("grey-1"),
    foreground: token("grey-12"),
    cursor: token("grey-12"),
    cursorAccent: token("grey-1"),
    selectionBackground: token("accent-ground"),
  };
}

export function createScreen(box: HTMLElement, { label, ontype, onresize }: ScreenOptions): Screen {
  const font = getComputedStyle(document.documentElement).getPropertyValue("--font-mono").trim();
  const terminal = new Terminal({
    fontFamily: font,
    fontSize: 12,
    lineHeight: 1.3,
    cursorBlink: false,
    scrollback: 5000,
    screenReaderMode: false,
    minimumContrastRatio: 4.5,
    theme: colours(),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  let old = 0;
  terminal.onData((data) => {
    if (old === 0) ontype(data);
  });
  terminal.onResize(({ cols, rows }) => onresize(cols, rows));
  terminal.open(box);
  terminal.textarea?.setAttribute("aria-label", label);
  fit.fit();
  onresize(terminal.cols, terminal.rows);
  const resized = new ResizeObserver(() => fit.fit());
  resized.observe(box);
  return {
    write(text, done, isOld) {
      if (isOld) old += 1;
      terminal.write(text, () => {
        if (isOld) old -= 1;
        done();
      });
    },
    focus: () => terminal.focus(),
    repaint: () => (terminal.options.theme = colours()),
    destroy() {
      resized.disconnect();
      terminal.dispose();
    },
  };
}
