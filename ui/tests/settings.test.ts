import { cleanup, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test } from "vitest";

import { openWindow } from "./window";

const user = userEvent.setup();
afterEach(cleanup);

const radio = (name: RegExp) => screen.findByRole("radio", { name });
const button = (name: string | RegExp) => screen.findByRole("button", { name });

describe("Python", () => {
  test("a working one is tested, then accepted", async () => {
    const backend = await openWindow("settings");
    await user.click(await radio(/CPython 3.11.2/));
    expect(await screen.findByText("CPython 3.11.2 works: it starts in 11 ms.")).toBeTruthy();
    expect(backend.view.values["python.path"]).toBe("/usr/bin/python3");
  });

  test("a broken one is refused with the reason, and nothing changes", async () => {
    const backend = await openWindow("settings");
    await user.click(await radio(/CPython 2.7.18/));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Python 2 cannot be used");
    expect(backend.view.values["python.path"]).toBe("");
    await waitFor(() => expect(screen.getByRole<HTMLInputElement>("radio", { name: /^Automatic/ }).checked).toBe(true));
  });

  test("a folder from the disk is refused", async () => {
    await openWindow("settings");
    await user.click(await button("Browse…"));
    expect((await screen.findByRole("alert")).textContent).toContain("/srv/pythons is a folder, not a program.");
  });
});

describe("a value", () => {
  test("is saved when it is entered, with a note if it needs a restart", async () => {
    const backend = await openWindow("settings");
    const port = await screen.findByRole("textbox", { name: "Port" });
    await user.clear(port);
    await user.type(port, "5001{Tab}");
    await waitFor(() => expect(backend.view.values["port"]).toBe(5001));
    await user.click(await button("Restart now"));
    expect(screen.queryByText("Restart now")).toBeNull();
  });

  test.each([
    ["70000", /whole number from 0 to 65535/],
    ["5000.5", /whole number, without decimals/],
    ["0x1F90", /in digits only/],
    ["-1", /whole number from 0 to 65535/],
    ["", /Enter a number/],
    ["many", /in digits only/],
  ])("that is wrong (%s) is refused beside its field", async (text, reason) => {
    const backend = await openWindow("settings");
    const port = await screen.findByRole("textbox", { name: "Port" });
    await user.clear(port);
    await user.type(port, text || " ");
    await user.tab();
    expect((await screen.findByRole("alert")).textContent).toMatch(reason);
    expect(port.getAttribute("aria-invalid")).toBe("true");
    expect(backend.view.values["port"]).toBe(5000);
  });

  test("is shown in the field's unit, written in the file's, and can be reset", async () => {
    const backend = await openWindow("settings");
    const limit = await screen.findByRole<HTMLInputElement>("textbox", { name: "Time limit" });
    expect(limit.value).toBe("10");
    await user.clear(limit);
    await user.type(limit, "2.5{Tab}");
    await waitFor(() => expect(backend.view.values["limits.timeout_ms"]).toBe(2500));
    await user.click(await button("Back to the default: Time limit"));
    await waitFor(() => expect(backend.view.values["limits.timeout_ms"]).toBe(10_000));
  });

  test("without a row of its own can be changed by its key", async () => {
    const backend = await openWindow("settings");
    await user.click(await screen.findByText("More keys of the file"));
    await user.click(await screen.findByRole("switch", { name: "warm.enabled", hidden: true }));
    expect(backend.view.values["warm.enabled"]).toBe(false);
  });

  test("with a mistake in the file is reported with its line", async () => {
    const localized = { code: "setting.no_key", values: {}, text: "is no key" };
    await openWindow("settings", (backend) => {
      backend.view = { ...backend.view, problems: [{ key: "limits.nonsense", line: 12, message: "is no key", localized }] };
    });
    expect(await screen.findByText("line 12: limits.nonsense is no key that Runtray knows")).toBeTruthy();
  });
});

describe("a folder for the sandbox", () => {
  test("stays in the field until it is accepted", async () => {
    const backend = await openWindow("settings");
    const field = await screen.findByRole<HTMLInputElement>("textbox", { name: "Folders to read" });
    const add = within(field.closest("form")!).getByRole("button", { name: "Allow folder" });
    await user.type(field, "data");
    await user.click(add);
    expect((await screen.findByRole("alert")).textContent).toContain("data is no whole path");
    expect(field.value).toBe("data");
    await user.clear(field);
    await user.type(field, "/srv/data");
    await user.click(add);
    await waitFor(() => expect(field.value).toBe(""));
    expect(backend.view.values["sandbox.read"]).toContain("/srv/data");
  });
});

describe("the languages", () => {
  test("are those of the file after it was changed by hand", async () => {
    const backend = await openWindow("settings");
    const list = await screen.findByRole("list", { name: "Languages" });
    await within(list).findByText("Python");
    expect(within(list).queryByText("lua")).toBeNull();
    const before = await backend.languages();
    const lua = { ...before[0]!, language: "lua", aliases: [], runtime: "lua5.4", path: "/usr/bin/lua5.4" };
    backend.languages = async () => [...before, lua];
    backend.tell({ kind: "settings", settings: { ...backend.view } });
    expect(await within(list).findByText("lua5.4")).toBeTruthy();
  });
});

describe("web pages", () => {
  test("allowed and denied ones can be revoked", async () => {
    const backend = await openWindow("settings");
    await user.click(await button("Revoke http://localhost:3000"));
    await user.click(await button("Revoke https://tracker.example"));
    expect(backend.status.allowed_origins).toEqual(["http://localhost:3001"]);
    expect(backend.status.denied_origins).toEqual([]);
  });

  test("an invalid one is refused beside the field", async () => {
    await openWindow("settings");
    await user.type(await screen.findByRole("textbox", { name: "Web pages" }), "tracker/x");
    await user.click(await button("Allow"));
    expect((await screen.findByRole("alert")).textContent).toContain("is not an address of a web page");
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Web pages" }).value).toBe("tracker/x");
  });
});

describe("the window", () => {
  test("changes its language at once", async () => {
    await openWindow("settings");
    await user.selectOptions(await screen.findByRole("combobox", { name: "Language" }), "de");
    expect(await screen.findByRole("link", { name: "Einstellungen" })).toBeTruthy();
    expect(document.documentElement.lang).toBe("de");
  });

  test("uses the chosen theme", async () => {
    await openWindow("settings");
    await user.selectOptions(await screen.findByRole("combobox", { name: "Appearance" }), "dark");
    await waitFor(() => expect(document.documentElement.dataset["theme"]).toBe("dark"));
  });

  test("shows the token only when asked", async () => {
    await openWindow("settings");
    await user.click(await screen.findByRole("switch", { name: "Ask for a token" }));
    const token = await screen.findByLabelText<HTMLInputElement>("Token");
    expect(token.type).toBe("password");
    await user.click(await button("Show"));
    expect(token.type).toBe("text");
  });

  test("start at login shows the state of the system", async () => {
    const backend = await openWindow("settings");
    const login = await screen.findByRole("switch", { name: "Start at login" });
    await waitFor(() => expect(login.hasAttribute("disabled")).toBe(false));
    await user.click(login);
    await waitFor(() => expect(login.getAttribute("aria-checked")).toBe("true"));
    expect(backend.login).toBe(true);
  });

  test("opens a view by its number", async () => {
    await openWindow("settings");
    await user.keyboard("{Control>}2{/Control}");
    expect(await screen.findByText("The log is empty")).toBeTruthy();
  });

  test("focuses the setting that the route names", async () => {
    await openWindow("settings/limits.cpu_ms");
    await waitFor(() => expect(document.activeElement?.id).toBe("field-limits.cpu_ms"));
    expect(document.activeElement?.closest("details")?.open).toBe(true);
  });
});

describe("other names of this computer", () => {
  test("are added and withdrawn, and come with the rule about the token", async () => {
    const backend = await openWindow("settings");
    const name = await screen.findByRole("textbox", { name: "Other names" });
    const help = document.getElementById(name.getAttribute("aria-describedby")?.split(" ")[0] ?? "");
    expect(help?.textContent).toContain("must send the token");
    await user.type(name, "host.docker.internal{Enter}");
    await waitFor(() => expect(backend.view.values["allowed_hosts"]).toEqual(["host.docker.internal"]));
    expect((name as HTMLInputElement).value).toBe("");
    await user.click(await button("Withdraw host.docker.internal"));
    await waitFor(() => expect(backend.view.values["allowed_hosts"]).toEqual([]));
  });

  test("a wrong one is refused beside the field and stays there", async () => {
    const backend = await openWindow("settings");
    const said = { code: "setting.hosts", values: { entries: "`a b`" }, text: "has wrong entries: `a b`" };
    backend.changeSettings = () => Promise.reject({ code: "invalid_setting", message: said.text, said, field: "allowed_hosts" });
    const name = await screen.findByRole<HTMLInputElement>("textbox", { name: "Other names" });
    await user.type(name, "a b{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("a b");
    expect(name.value).toBe("a b");
  });
});

describe("what this computer can do", () => {
  test("is tested when asked, and what is missing is named", async () => {
    await openWindow("settings");
    await user.click(await button("Test this computer"));
    expect(await screen.findByText("Programs run at this level: sandbox")).toBeTruthy();
    expect(screen.getByText("Needs network namespaces.")).toBeTruthy();
    expect(await button("Test again")).toBeTruthy();
  });

  test("without isolation it says what that means", async () => {
    const backend = await openWindow("settings");
    const found = await backend.examine();
    backend.examine = async () => ({ ...found, isolation: "none" });
    await user.click(await button("Test this computer"));
    expect(await screen.findByText(/can read and change your files/)).toBeTruthy();
  });
});

describe("packages", () => {
  test("are listed with their size, added with progress, and removed", async () => {
    const backend = await openWindow("settings");
    expect(await screen.findByText("1 package, 186 KB on the disk")).toBeTruthy();
    await user.type(await screen.findByRole("textbox", { name: "Packages of the built-in Python" }), "rich{Enter}");
    expect(await screen.findByRole("button", { name: "Remove rich" })).toBeTruthy();
    expect(screen.getByText("Needed by these: rich-core")).toBeTruthy();
    await user.click(await button("Remove rich"));
    await waitFor(() => expect(screen.queryByText("Needed by these: rich-core")).toBeNull());
    expect(backend.packages.packages.map((pack) => pack.name)).toEqual(["tabulate"]);
  });

  test("with machine code are refused with the remedy", async () => {
    await openWindow("settings");
    await user.type(await screen.findByRole("textbox", { name: "Packages of the built-in Python" }), "numpy{Enter}");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Numpy 2.5.2 has machine code, which the built-in Python cannot run. Choose your own Python");
  });

  test("can be cancelled while they are fetched", async () => {
    const backend = await openWindow("settings");
    await user.type(await screen.findByRole("textbox", { name: "Packages of the built-in Python" }), "large{Enter}");
    expect(await screen.findByText("Fetching large: 117 KB of 303 KB")).toBeTruthy();
    await user.click(await button("Cancel"));
    await waitFor(() => expect(screen.queryByText("Fetching large: 117 KB of 303 KB")).toBeNull());
    expect(screen.queryByRole("alert")).toBeNull();
    expect(backend.packages.packages.length).toBe(1);
  });
});

test("the science pack is fetched only after a yes", async () => {
  const backend = await openWindow("settings");
  await user.click(await button("Add the science pack"));
  expect(await screen.findByText(/^Fetch 98 MB and compile them on this computer\?/)).toBeTruthy();
  await user.click(await button("No"));
  expect(await button("Add the science pack")).toBeTruthy();
  expect(backend.packages.packages.length).toBe(1);
  await user.click(await button("Add the science pack"));
  await user.click(await button("Fetch and compile"));
  expect(await screen.findByRole("button", { name: "Remove science" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Add the science pack" })).toBeNull();
});

test("where packages cannot be added, the reason stands in place of the field", async () => {
  await openWindow("settings", (backend) => {
    const localized = { code: "packs.no_built_in", values: {}, text: "packages are for the built-in Python" };
    backend.noPackages = { code: "packs", message: localized.text, localized };
  });
  expect(await screen.findByText(/^Packages are for the built-in Python, which is not part of this installation/)).toBeTruthy();
  expect(screen.queryByRole("textbox", { name: "Packages of the built-in Python" })).toBeNull();
});
