import { cleanup, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test } from "vitest";

import type { FakeBackend } from "../src/lib/backend/fake";
import { openWindow } from "./window";

const user = userEvent.setup();
afterEach(cleanup);

const FOUND = { version: "0.2.0", date: "2026-12-01T10:00:00Z", notes: "<b>Faster</b>\nand smaller" };
const button = (name: string | RegExp) => screen.findByRole("button", { name });
const section = (name: string) => screen.findByRole("region", { name });
const withNew = (backend: FakeBackend) => void (backend.newVersion = FOUND);

describe("a new version", () => {
  test("is looked for when asked, shown as plain text, and installed only after a yes", async () => {
    const backend = await openWindow("settings", withNew);
    await user.click(await button("Look for a new version"));
    expect(await screen.findByText("Version 0.2.0 is available")).toBeTruthy();
    expect(screen.getByText(/<b>Faster<\/b>/)).toBeTruthy();
    expect(screen.getByText(/published 2026-12-01/)).toBeTruthy();
    expect(backend.done).toEqual([]);
    await user.click(await button("Install 0.2.0"));
    expect(backend.done).toEqual(["install 0.2.0"]);
  });

  test("tells how far its installation is, and waits for running programs", async () => {
    const backend = await openWindow("settings");
    await section("New versions");
    backend.step({ kind: "fetching", found: FOUND, percent: 40 });
    expect(await screen.findByText("Fetching version 0.2.0: 40 %")).toBeTruthy();
    expect((await button("Look for a new version")).hasAttribute("disabled")).toBe(true);
    backend.step({ kind: "waiting", found: FOUND, programs: 2 });
    expect(await screen.findByText(/waits until 2 running programs have ended/)).toBeTruthy();
    backend.step({ kind: "installed", found: FOUND });
    expect(await screen.findByText(/0.2.0 is installed/)).toBeTruthy();
    expect((await button("Look for a new version")).hasAttribute("disabled")).toBe(false);
  });

  test("that fails says why, in the language of the window", async () => {
    const backend = await openWindow("settings", (backend) => (backend.view.values["desktop.language"] = "de"));
    await section("Neue Versionen");
    const values = { version: "0.2.0", cause: "x" };
    backend.step({ kind: "failed", reason: { code: "update.bad_signature", values, text: "the package was not signed" } });
    expect((await screen.findByRole("alert")).textContent).toContain("trägt nicht die Unterschrift von Runtrays Schlüssel");
  });

  test("is not looked for in a package of the system, which says who updates it", async () => {
    const advice = { code: "update.system", values: { kind: ".deb" }, text: "the system updates it" };
    await openWindow("settings", (backend) => (backend.news = { ...backend.news, advice }));
    expect(await screen.findByText(/installed as a .deb: the system's package manager updates it/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Look for/ })).toBeNull();
    expect(screen.queryByRole("switch", { name: "Look once a day" })).toBeNull();
  });

  test("cannot be looked for by a build without a feed", async () => {
    await openWindow("settings", (backend) => (backend.news = { ...backend.news, has_feed: false }));
    const updates = await section("New versions");
    expect(await within(updates).findByText(/does not know where new versions are/)).toBeTruthy();
    expect(within(updates).queryByRole("button")).toBeNull();
  });
});

describe("looking once a day", () => {
  test("is off until the welcome's question is answered", async () => {
    const backend = await openWindow("status", (backend) => (backend.status = { ...backend.status, welcome: true }));
    expect(await screen.findByText("Look for new versions?")).toBeTruthy();
    const daily = screen.getByRole("switch", { name: "Look once a day" });
    expect(daily.getAttribute("aria-checked")).toBe("false");
    await user.click(daily);
    await waitFor(() => expect(backend.view.values["updates.daily"]).toBe(true));
  });

  test("is not asked about where there is no feed", async () => {
    await openWindow("status", (backend) => {
      backend.status = { ...backend.status, welcome: true };
      backend.news = { ...backend.news, has_feed: false };
    });
    expect(await screen.findByText("Start at login?")).toBeTruthy();
    expect(screen.queryByText("Look for new versions?")).toBeNull();
  });
});
