// xterm.js, in the window's colours and fitted to its box.

import "@xterm/xterm/css/xterm.css";

import { FitAddon } from "@xterm/addon-fit";
import { Terminal, type ITheme } from "@xterm/xterm";

import { READABLE, SIXTEEN } from "../code/colours";

/** A terminal on the page. */
export interface Screen {
  /** Shows a text and then calls `done`. Queries in an old text are not answered again. */
  write(text: string, done: () => void, isOld: boolean): void;
  focus(): void;
  /** Applies the theme's colours again. */
  repaint(): void;
  destroy(): void;
}

export interface ScreenOptions {
  label: string;
  ontype: (data: string) => void;
  /** Whether Tab is typed; otherwise it moves the focus as usual. */
  takesTab: () => boolean;
  /** Called when the keys that leave the terminal were pressed. */
  onleave: () => void;
  onresize: (columns: number, rows: number) => void;
}


/** The name of a colour in xterm.js: `ansi-bright-red` becomes `brightRed`. */
function camel(token: string): string {
  return token.replace("ansi-", "").replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function colours(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const sixteen = SIXTEEN.map((name) => [camel(name), token(name)]);
  return {
    ...Object.fromEntries(sixteen),
    background: token("grey-1"),
    foreground: token("grey-12"),
    cursor: token("grey-12"),
    cursorAccent: token("grey-1"),
    selectionBackground: token("accent-ground"),
  };
}

/** The keys that leave a terminal, because Tab and Escape go to the program. */
export const LEAVE = "Ctrl+F6";

/** Whether a key goes to the terminal. */
export function isTyped(event: KeyboardEvent, { takesTab, onleave }: Pick<ScreenOptions, "takesTab" | "onleave">): boolean {
  if (event.key === "F6" && event.ctrlKey) {
    if (event.type === "keydown") onleave();
    return false;
  }
  return event.key !== "Tab" || takesTab();
}

export function createScreen(box: HTMLElement, options: ScreenOptions): Screen {
  const { label, ontype, onresize } = options;
  const font = getComputedStyle(document.documentElement).getPropertyValue("--font-mono").trim();
  const terminal = new Terminal({
    fontFamily: font,
    fontSize: 12,
    lineHeight: 1.3,
    cursorBlink: false,
    scrollback: 5000,
    screenReaderMode: false,
    minimumContrastRatio: READABLE,
    theme: colours(),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  let old = 0;
  terminal.onData((data) => {
    if (old === 0) ontype(data);
  });
  terminal.attachCustomKeyEventHandler((event) => isTyped(event, options));
  terminal.onResize(({ cols, rows }) => onresize(cols, rows));
  terminal.open(box);
  terminal.textarea?.setAttribute("aria-label", label);
  terminal.textarea?.setAttribute("aria-describedby", "leave-terminal");
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
