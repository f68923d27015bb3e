import { cleanup, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, expect, test, vi } from "vitest";

import { question } from "../src/lib/backend/fake/data";
import { openWindow } from "./window";

const user = userEvent.setup();
afterEach(cleanup);

const button = (name: string | RegExp) => screen.findByRole("button", { name });

const asked = (...ids: string[]) => ids.map((id) => question(id, "https://app.example"));

test("a program that asks for the network shows its beginning", async () => {
  const backend = await openWindow("status", ({ status }) => (status.network_questions = asked("01JA", "01JB")));
  expect(screen.getAllByText("https://app.example")).toHaveLength(2);
  expect(screen.getAllByText(/urllib\.request\.urlopen/)[0]?.tagName).toBe("PRE");
  expect(screen.getAllByText("and 2 more lines")).toHaveLength(2);
  await user.click((await screen.findAllByRole("button", { name: "Run without network" }))[0]!);
  expect(backend.done).toEqual(["without 01JA"]);
  expect(screen.getAllByText("https://app.example")).toHaveLength(1);
  expect(backend.view.values).toMatchObject({ "sandbox.network_always": [], "sandbox.network_never": [] });
});

test("a program is allowed in one click only when no other one has just moved there", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const backend = await openWindow("status", ({ status }) => (status.network_questions = asked("01JA", "01JB")));
    const buttons = () => screen.getAllByText<HTMLButtonElement>("Allow once");
    const disabled = () => buttons().map((one) => one.disabled);
    expect(disabled()).toEqual([true, true]);
    vi.advanceTimersByTime(500);
    await tick();
    expect(disabled()).toEqual([false, false]);
    buttons()[0]?.click();
    await tick();
    expect([backend.done, disabled()]).toEqual([["once 01JA"], [true]]);
  } finally {
    vi.useRealTimers();
  }
});

test("an answer for good holds for all programs of the caller, and always comes with its consequence", async () => {
  const backend = await openWindow("status", ({ status }) => {
    status.network_questions = [question("01JA", "local"), question("01JB", "local"), question("01JC", "mcp")];
  });
  await user.click((await screen.findAllByRole("button", { name: "Always allow tools on this computer…" }))[0]!);
  expect(backend.done).toEqual([]);
  expect(screen.getByText(/can send what it was given anywhere/)).toBeTruthy();
  await user.click(await button("Give all programs of tools on this computer the network"));
  expect(screen.queryByText("A tool on this computer")).toBeNull();
  await user.click(await button("Never for mcp"));
  expect(backend.done).toEqual(["always 01JA", "never 01JC"]);
  expect(backend.view.values).toMatchObject({ "sandbox.network_always": ["local"], "sandbox.network_never": ["mcp"] });
});

test("an answer that comes too late is told", async () => {
  const backend = await openWindow("status", ({ status }) => (status.network_questions = [question("01JA", "mcp")]));
  backend.status.network_questions = [];
  await user.click(await button("Run without network"));
  expect(await screen.findByText(/does not wait for an answer/)).toBeTruthy();
});

test("questions are counted beside the link to them", async () => {
  await openWindow("log", ({ status }) => (status.network_questions = [question("01JA", "mcp")]));
  expect(screen.getByTitle("Questions that wait for your answer").textContent).toBe("1");
});

test("its own program is asked about beside it", async () => {
  const backend = await openWindow("console", ({ status }) => {
    status.network_questions = [question("01JA", "mcp"), question("01JB", "Runtray Console")];
  });
  expect(await screen.findByText("Runtray Console")).toBeTruthy();
  expect(screen.queryByText("mcp")).toBeNull();
  await user.click(await button("Run without network"));
  expect(backend.done).toEqual(["without 01JB"]);
});

test("answers are listed, forgotten, and given ahead", async () => {
  const backend = await openWindow("settings", ({ view }) => {
    Object.assign(view.values, { "sandbox.network_always": ["mcp", "local"], "sandbox.network_never": ["https://b.example", "local"] });
  });
  const field = await screen.findByRole<HTMLInputElement>("textbox", { name: "Network without a question" });
  expect(screen.getAllByText("network never")).toHaveLength(2);
  await user.click(await button("Forget the answer for local"));
  await user.click(await button("Forget the answer for https://b.example"));
  await waitFor(() => expect(backend.view.values["sandbox.network_never"]).toEqual([]));
  expect(backend.view.values["sandbox.network_always"]).toEqual(["mcp"]);
  await user.type(field, "https://a.example{Enter}");
  await waitFor(() => expect(backend.view.values["sandbox.network_always"]).toEqual(["mcp", "https://a.example"]));
  await user.selectOptions(screen.getByRole("combobox", { name: "Network" }), "ask");
  expect(backend.view.values["sandbox.network"]).toBe("ask");
});
