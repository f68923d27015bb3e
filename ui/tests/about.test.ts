import { cleanup, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test } from "vitest";

import type { FakeBackend } from "../src/lib/backend/fake";
import type { About } from "../src/lib/bindings";
import { openWindow } from "./window";

const user = userEvent.setup();
afterEach(cleanup);

/** The section of the settings, with the About that the backend tells. */
async function open(about: Partial<About> = {}): Promise<{ backend: FakeBackend; section: HTMLElement }> {
  const backend = await openWindow("settings", (backend) => {
    const told = backend.about;
    backend.about = async () => ({ ...(await told()), ...about });
  });
  return { backend, section: await screen.findByRole("region", { name: "About" }) };
}
const click = async (section: HTMLElement, name: string) => user.click(await within(section).findByRole("button", { name }));

describe("About", () => {
  test("shows the version with its commit, and the built-in Python", async () => {
    const { section } = await open();
    expect(await within(section).findByText("0.1.0 (0123abc)")).toBeTruthy();
    expect(within(section).getByText("3.14.0")).toBeTruthy();
  });

  test("shows the version alone where the commit is not known, and that there is no built-in Python", async () => {
    const { section } = await open({ commit: null, built_in_python: null });
    expect(await within(section).findByText("0.1.0")).toBeTruthy();
    expect(within(section).getByText("not installed")).toBeTruthy();
  });

  test("opens the folders and the notices", async () => {
    const { backend, section } = await open();
    for (const name of ["Settings folder", "Log folder", "Open notices"]) await click(section, name);
    expect(backend.done).toEqual(["open settings", "open data", "open notices"]);
  });

  test("offers no notices where the build has none, and says so", async () => {
    const { section } = await open({ has_notices: false });
    expect(await within(section).findByText(/This build has no notices/)).toBeTruthy();
    expect(within(section).queryByRole("button", { name: "Open notices" })).toBeNull();
  });

  test("copies the diagnostics as they are at the click", async () => {
    const { backend, section } = await open();
    const told = backend.about;
    backend.about = async () => ({ ...(await told()), diagnostics: "of now" });
    await click(section, "Copy diagnostics");
    expect(backend.done).toEqual(["copy of now"]);
    expect(await within(section).findByRole("button", { name: "Copied" })).toBeTruthy();
  });
});
