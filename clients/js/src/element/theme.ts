// The terminal's colours, from the element's custom properties.
import type { ITheme } from "@xterm/xterm";

const LIGHT: ITheme = {
  black: "#1c1e21", red: "#b3261e", green: "#1a6b31", yellow: "#7a5200", blue: "#0b57b0", magenta: "#8a2ca0", cyan: "#006a75", white: "#5f6670",
  brightBlack: "#5f6670", brightRed: "#b3261e", brightGreen: "#1a6b31", brightYellow: "#7a5200", brightBlue: "#0b57b0", brightMagenta: "#8a2ca0", brightCyan: "#006a75", brightWhite: "#1c1e21",
};
const DARK: ITheme = {
  black: "#17191c", red: "#ff8b80", green: "#7fd992", yellow: "#ffcf7a", blue: "#77b3ff", magenta: "#e2a1f2", cyan: "#6fd7e2", white: "#e6e8eb",
  brightBlack: "#a0a7b1", brightRed: "#ffaaa2", brightGreen: "#a2e8b0", brightYellow: "#ffdfa3", brightBlue: "#a0caff", brightMagenta: "#edc3f7", brightCyan: "#a0e6ed", brightWhite: "#ffffff",
};

/** The colours as they are now. */
export function theme(element: HTMLElement): ITheme {
  // Resolved by the browser, however a style sheet writes them.
  const style = getComputedStyle(element);
  const [background, foreground] = [style.backgroundColor, style.color];
  const palette = brightness(background) < 128 ? DARK : LIGHT;
  const selectionBackground = style.getPropertyValue("--selection").trim();
  return { ...palette, background, foreground, cursor: foreground, cursorAccent: background, selectionBackground };
}

/** From 0 to 255; of a colour that is not opaque, that of white. */
function brightness(color: string): number {
  const [red, green, blue] = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(color)?.slice(1).map(Number) ?? [];
  return 0.3 * (red ?? 255) + 0.6 * (green ?? 255) + 0.1 * (blue ?? 255);
}
