// Browser features that jsdom lacks, and a reset before each test.

import { configure } from "@testing-library/svelte";
import { afterEach, vi } from "vitest";

// A view is loaded on first use, which may be slow on a busy machine.
configure({ asyncUtilTimeout: 5000 });

/** Reports fixed sizes once, because jsdom has no layout: lists have the window's height, everything else that of a row. */
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

// They draw on a canvas and measure text, which jsdom cannot do; scripts/screenshots.mjs checks the real ones.
vi.mock("../src/views/status/chart", () => ({
  draw: () => ({ show() {}, fit() {}, repaint() {}, destroy() {} }),
}));
vi.mock("../src/lib/terminal/screen", () => ({
  createScreen: () => ({ write: (_text: string, done: () => void) => done(), focus() {}, repaint() {}, destroy() {} }),
}));

afterEach(() => localStorage.clear());
