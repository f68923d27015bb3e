import { cleanup, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";

import { openWindow } from "./window";

const user = userEvent.setup();
afterEach(cleanup);

const button = (name: string | RegExp) => screen.findByRole<HTMLButtonElement>("button", { name });

test("a change is shown and asked about before it is written", async () => {
  const backend = await openWindow("connect");
  await user.click(await button("Connect… Cursor"));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText("/home/ada/.cursor/mcp.json")).toBeTruthy();
  expect(dialog.getByText(/"command": "\/home\/ada/).closest(".added")).toBeTruthy();
  await user.click(dialog.getByRole("button", { name: "Cancel" }));
  expect(backend.done).toEqual([]);
  await user.click(await button("Connect… Cursor"));
  await user.click(await button("Write the file"));
  expect(backend.done).toEqual(["connect cursor b1"]);
  await waitFor(() => expect(screen.getAllByText("uses this Runtray").length).toBe(2));
});

test("an entry that is there is updated, and the question says so", async () => {
  await openWindow("connect");
  await user.click(await button("Update… Visual Studio Code"));
  expect(await screen.findByRole("dialog", { name: "Update the entry of Visual Studio Code?" })).toBeTruthy();
  await user.click(await button("Cancel"));
  await user.click(await button("Disconnect… Visual Studio Code"));
  expect(await screen.findByRole("dialog", { name: "Disconnect Visual Studio Code?" })).toBeTruthy();
});

test("a connected one can be undone", async () => {
  const backend = await openWindow("connect");
  await user.click(await button("Undo… Claude Desktop"));
  expect(await screen.findByRole("dialog", { name: "Undo the last change for Claude Desktop?" })).toBeTruthy();
  await user.click(await button("Write the file"));
  expect(backend.done).toEqual(["disconnect claude b1"]);
});

test("settings with a mistake are named, left alone, and opened on request", async () => {
  const backend = await openWindow("connect");
  const mistake = await screen.findByText(/settings\.json has a mistake in line 4/);
  expect(mistake.closest("li")?.querySelectorAll("button").length).toBe(1);
  await user.click(await button("Open file: Zed"));
  expect(backend.done).toEqual(["open zed"]);
});

test("without the program nothing can be connected, and it says how to install it", async () => {
  await openWindow("connect", (backend) => (backend.assistantsView = { ...backend.assistantsView, program: null }));
  expect(await screen.findByText("cargo install --path crates/cli")).toBeTruthy();
  expect((await button("Connect… Cursor")).disabled).toBe(true);
});

test("a refusal leaves what is there", async () => {
  const backend = await openWindow("connect");
  backend.applyAssistant = () => Promise.reject({ code: "assistant", message: "mcp.json has changed meanwhile" });
  await user.click(await button("Connect… Cursor"));
  await user.click(await button("Write the file"));
  const failure = await screen.findByText(/has changed meanwhile/);
  // In the layout, so that it covers no control however long it stays.
  expect(failure.closest(".frame > .failures")).toBeTruthy();
  expect(document.querySelector(".toasts")?.textContent.trim()).toBe("");
  expect(await button("Connect… Cursor")).toBeTruthy();
  await user.click(await button("Dismiss"));
  expect(screen.queryByText(/has changed meanwhile/)).toBeNull();
});
