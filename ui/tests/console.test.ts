// The Console's draft: storing it, and restoring it by undo.

import { cleanup, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { undo } from "@codemirror/commands";
import { EditorView } from "@codemirror/view";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { draft } from "../src/lib/state/draft.svelte";
import { editing } from "../src/lib/state/editing";
import { toasts } from "../src/lib/state/toasts.svelte";
import { route } from "../src/lib/state/route.svelte";
import { openWindow } from "./window";

const user = userEvent.setup();
afterEach(cleanup);
beforeEach(() => {
  localStorage.removeItem("runtray.draft");
  draft.load();
  editing.state = null;
});

/** The editor, once it shows `text`. */
async function editor(text: string): Promise<EditorView> {
  const find = () => {
    const box = document.querySelector<HTMLElement>(".console .cm-editor");
    const view = box && EditorView.findFromDOM(box);
    expect(view?.state.doc.toString()).toBe(text);
    return view as EditorView;
  };
  return waitFor(find);
}
function write(view: EditorView, text: string): void {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, userEvent: "input.type" });
}

async function openFromLog(): Promise<void> {
  route.go("log");
  await user.click((await within(await screen.findByRole("listbox")).findAllByRole("option"))[0]!);
  await user.click(await screen.findByRole("button", { name: "Open in Console" }));
}
const LOGGED = "print('Hello from Runtray!')";

test("the undo history survives a visit to another view", async () => {
  await openWindow("console");
  write(await editor(draft.code), "first = 1");
  await waitFor(() => expect(draft.code).toBe("first = 1"));
  write(await editor("first = 1"), "second = 2");
  route.go("status");
  await waitFor(() => expect(document.querySelector(".console")).toBeNull());
  route.go("console");
  const view = await editor("second = 2");
  expect(undo(view)).toBe(true);
  await waitFor(() => expect(draft.code).not.toBe("second = 2"));
});

test("undo restores a draft and its language after a program was opened from the log", async () => {
  await openWindow("console", (backend) => backend.fill(1));
  await screen.findByRole("option", { name: "JavaScript" });
  await user.selectOptions(await screen.findByRole("combobox", { name: "Language" }), "javascript");
  write(await editor(draft.code), "console.log('my draft')");
  await openFromLog();
  const view = await editor(LOGGED);
  expect(draft.language).toBe("python");
  expect(undo(view)).toBe(true);
  await waitFor(() => expect([draft.code, draft.language]).toEqual(["console.log('my draft')", "javascript"]));
});

describe.each([
  ["a program from the log", openFromLog],
  ["an example", async () => user.selectOptions(await screen.findByRole("combobox", { name: "Examples" }), "guess")],
])("%s", (_, open) => {
  test("keeps the draft restorable, even after the window was closed", async () => {
    await openWindow("console", (backend) => backend.fill(1));
    write(await editor(draft.code), "my = 'draft'");
    await waitFor(() => expect(draft.code).toBe("my = 'draft'"));
    await open();
    await waitFor(() => expect(draft.code).not.toBe("my = 'draft'"));
    cleanup();
    editing.state = null;
    draft.load();
    await openWindow("console");
    await user.click(await screen.findByRole("button", { name: "Back to the previous draft" }));
    await editor("my = 'draft'");
    expect(screen.queryByRole("button", { name: "Back to the previous draft" })).toBeNull();
  });
});

test("several drafts are restored one after the other, and later changes are kept too", () => {
  draft.set("one", "python");
  draft.open("from the log", "javascript");
  draft.set("from the log, changed");
  draft.open("another", "python");
  draft.back();
  expect([draft.code, draft.language]).toEqual(["from the log, changed", "javascript"]);
  draft.back();
  expect([draft.code, draft.language]).toEqual(["one", "python"]);
});

test("an unchanged opened program is not a draft", () => {
  draft.open("from the log", "python");
  draft.open("another", "python");
  expect(draft.aside).toEqual([]);
});

test("a draft that does not fit into the storage stays in the editor with a warning", () => {
  const store = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  toasts.list = [];
  draft.set("x".repeat(100));
  draft.set("x".repeat(101));
  store.mockRestore();
  expect(draft.code).toHaveLength(101);
  expect(toasts.list.map(({ text }) => text)).toEqual([expect.stringContaining("too large to be kept")]);
});

test("drafts of an older version are read", () => {
  localStorage.setItem("runtray.draft", JSON.stringify({ code: "old", language: "javascript" }));
  draft.load();
  expect([draft.code, draft.language, draft.aside]).toEqual(["old", "javascript", []]);
});

test("the editor describes the keys that leave it", async () => {
  await openWindow("console");
  const view = await editor(draft.code);
  const about = view.contentDOM.getAttribute("aria-describedby") ?? "";
  expect(document.getElementById(about)?.textContent).toBe("Tab indents. To leave the editor, press Escape, then Tab.");
});
