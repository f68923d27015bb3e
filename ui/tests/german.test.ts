// The window in German: no sentence of the service stays in English.

import { cleanup, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";

import messages from "../src/lib/i18n/messages.en.json";
import type { Words } from "../src/lib/bindings";
import { say, setLanguage } from "../src/lib/i18n/index.svelte";
import { log } from "../src/lib/state/log.svelte";
import { toasts } from "../src/lib/state/toasts.svelte";
import { session } from "../src/lib/terminal/session.svelte";
import { openWindow } from "./window";

const user = userEvent.setup();
afterEach(cleanup);

const german = (where: string, prepare: Parameters<typeof openWindow>[1] = () => {}) =>
  openWindow(where, (backend) => {
    backend.view.values["desktop.language"] = "de";
    prepare(backend);
  });

/** A sentence as the service sends it, with example values. */
function sample(code: string, english: string): Words {
  const names = [...english.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  return { code, values: Object.fromEntries(names.map((name) => [name, "7"])), text: english };
}

test.each(Object.entries(messages))("%s is translated to German", (code, english) => {
  setLanguage("de");
  const words = say(sample(code, english));
  const isText = /[A-Za-z]{2}/.test(english.replace(/\{\w+\}/g, ""));
  if (isText) expect(words).not.toBe(english.replace(/\{\w+\}/g, "7"));
  expect(words).not.toMatch(/\{\w+\}|\b(the|is|not|and|could|with)\b/);
});

test("the message about a stopped run is in German only", async () => {
  await german("log", (backend) => backend.fill(8));
  const rows = await within(await screen.findByRole("listbox")).findAllByRole("option");
  await user.click(rows[5]!);
  expect(await screen.findByText("Nach 10 s wegen des Zeitlimits beendet.")).toBeTruthy();
  await waitFor(() => expect(log.opened).not.toBeNull());
  expect(document.body.textContent).not.toContain("Execution timed out");
});

test("a program's own line with the same text is kept", async () => {
  await german("log", (backend) => {
    backend.fill(1);
    backend.log[0] = { ...backend.log[0]!, error: "Execution was cancelled.\n", status: "failed", ending: null };
  });
  await user.click((await within(await screen.findByRole("listbox")).findAllByRole("option"))[0]!);
  expect(await screen.findByText("Execution was cancelled.")).toBeTruthy();
});

test("a refusal in the Console is translated by its code", async () => {
  const backend = await german("console");
  await session.run("print(1)", "python");
  const reason = sample("refused.stopping", messages["refused.stopping"]);
  backend.console.refuse(reason.text, reason);
  expect(session.problem).toBe("Runtray stoppt gerade und nimmt keine Programme mehr an.");
});

test("why a language cannot run is worded by its code", async () => {
  await german("settings");
  expect(await screen.findByText(/^`deno` ist nicht im PATH: Installiere es/)).toBeTruthy();
});

test("a failed command is reported in German", async () => {
  await german("status");
  toasts.fail({ code: "not_found", message: "This run is no longer in the log.", localized: sample("app.gone", messages["app.gone"]) });
  expect(await screen.findByText("Dieser Lauf steht nicht mehr im Protokoll.")).toBeTruthy();
});

test("the message about a refused value changes with the language", async () => {
  await german("settings");
  const port = await screen.findByRole("textbox", { name: "Port" });
  await user.clear(port);
  await user.type(port, "70000{Tab}");
  expect((await screen.findByRole("alert")).textContent).toContain("Muss eine ganze Zahl von 0 bis 65535 sein.");
  await user.selectOptions(await screen.findByRole("combobox", { name: "Sprache" }), "en");
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("Must be a whole number from 0 to 65535."));
});
