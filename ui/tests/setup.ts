// What jsdom lacks of a browser, and a clean slate for each test.

import { configure } from "@testing-library/svelte";
import { afterEach, vi } from "vitest";

// A view comes when it is first wanted, which takes its time while the machine is busy.
configure({ asyncUtilTimeout: 5000 });

/** Says once how large something is, for there is no layout that would: lists as high as the window, all else as a row. */
class OneSize implements ResizeObserver {
  constructor(private readonly seen: ResizeObserverCallback) {}
  observe(target: Element) {
    const height = target.getAttribute("role") === "listbox" ? 640 : 28;
    const entry = { target, contentRect: { width: 960, height } } as unknown as ResizeObserverEntry;
    queueMicrotask(() => this.seen([entry], this));
  }
  unobserve() {}
  disconnect() {}
}
vi.stubGlobal("ResizeObserver", OneSize);
Object.defineProperty(HTMLElement.prototype, "offsetParent", { get: () => document.body });
vi.stubGlobal("matchMedia", (media: string) => ({ media, matches: false, addEventListener() {}, removeEventListener() {} }));

HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.open = false;
  this.dispatchEvent(new Event("close"));
};
Element.prototype.scrollIntoView ??= () => {};
Range.prototype.getClientRects ??= () => [] as unknown as DOMRectList;
HTMLCanvasElement.prototype.getContext = () => null;
document.title = "Runtray";

// They draw on a canvas and measure text, of which there is none here; scripts/screenshots.mjs looks at the real ones.
vi.mock("../src/views/status/chart", () => ({
  draw: () => ({ show() {}, fit() {}, repaint() {}, destroy() {} }),
}));
vi.mock("../src/lib/terminal/screen", () => ({
  createScreen: () => ({ write: (_text: string, done: () => void) => done(), focus() {}, repaint() {}, destroy() {} }),
}));

afterEach(() => localStorage.clear());
