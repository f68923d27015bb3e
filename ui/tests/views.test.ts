import { cleanup, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, describe, expect, test } from "vitest";

import { execution, summary } from "../src/lib/backend/fake/data";
import { scene } from "../src/lib/backend/fake/scenes";
import { draft } from "../src/lib/state/draft.svelte";
import { log } from "../src/lib/state/log.svelte";
import { route } from "../src/lib/state/route.svelte";
import { openWindow } from "./window";

const user = userEvent.setup();
afterEach(cleanup);

const button = (name: string | RegExp) => screen.findByRole("button", { name });

describe("axe finds no fault in any view", () => {
  test.each([
    ["status", "Running now", 0],
    ["log", "Search code and output", 40],
    ["log", "The log is empty", 0],
    ["console", "Examples", 0],
    ["connect", "Claude Desktop", 0],
    ["settings", "Settings file", 0],
  ])("%s (%s)", async (where, sign, runs) => {
    await openWindow(where, (backend) => backend.fill(runs));
    await waitFor(() => expect(screen.queryAllByText(sign).length + screen.queryAllByLabelText(sign).length).toBeGreaterThan(0));
    // jsdom has no layout: scripts/screenshots.mjs checks what depends on it in a browser.
    const { violations } = await axe.run(document, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  });
});

describe("Status", () => {
  test("the switch stops the service and starts it", async () => {
    const backend = await openWindow("status");
    const service = screen.getByRole("switch", { name: "Service" });
    await user.click(service);
    expect(backend.status.state).toBe("stopped");
    expect(service.getAttribute("aria-checked")).toBe("false");
    expect(screen.getByText("Stopped")).toBeTruthy();
    await user.click(service);
    expect(backend.status.state).toBe("running");
  });

  test("a running program can be stopped", async () => {
    const backend = await openWindow("status");
    await user.click(await button(/^Stop import urllib/));
    expect(backend.done).toEqual(["cancel 01JRUNNING"]);
    expect(screen.getByText("Nothing is running.")).toBeTruthy();
  });

  test("a page is allowed only after the consequence was shown", async () => {
    const backend = await openWindow("status", (backend) => {
      const first_refused_at = new Date().toISOString();
      const program = { language: "python", code: "import os\nos.listdir()", more_lines: 3 };
      backend.status.pending_origins = [{ origin: "https://app.example", first_refused_at, refusals: 3, program }];
    });
    expect(screen.getByText(/os\.listdir/).tagName).toBe("PRE");
    expect(screen.getByText("and 3 more lines")).toBeTruthy();
    await user.click(await button("Allow https://app.example…"));
    expect(backend.status.allowed_origins).not.toContain("https://app.example");
    await user.click(await button("Let https://app.example run code"));
    expect(backend.status.allowed_origins).toContain("https://app.example");
    expect(screen.queryByText("https://app.example")).toBeNull();
  });

  test("a page is denied at once", async () => {
    const backend = await openWindow("status", (backend) => {
      backend.status.pending_origins = [{ origin: "https://a.example", first_refused_at: new Date().toISOString(), refusals: 1, program: null }];
    });
    await user.click(await button("Deny https://a.example"));
    expect(backend.status.denied_origins).toContain("https://a.example");
  });

  test("a port in use is reported with its holder and changed in one click", async () => {
    const { status } = scene(new URLSearchParams("scene=port"));
    const backend = await openWindow("status", (backend) => (backend.status = status));
    expect(screen.getByText(/used by ControlCenter/)).toBeTruthy();
    await user.click(await button("Use 5001"));
    expect(backend.status.url).toBe("http://localhost:5001");
    expect(screen.queryByText(/used by ControlCenter/)).toBeNull();
  });

  test("a problem of the running service is a card with its actions until it is gone", async () => {
    const { status } = scene(new URLSearchParams("scene=trouble"));
    const backend = await openWindow("status", (backend) => (backend.status = status));
    const card = screen.getByText("Programs cannot be started: the launcher process does not answer.").closest(".card")!;
    expect(screen.getByText(/^Another service uses the folder/)).toBeTruthy();
    expect(within(card as HTMLElement).getByText(/^Runtray tries again/)).toBeTruthy();
    await user.click(await button("Open the log's folder"));
    await user.click(await button("Open the data folder"));
    expect(backend.done).toEqual(["open log", "open data"]);
    backend.status = { ...backend.status, problems: [] };
    backend.tell({ kind: "status", status: backend.status });
    await waitFor(() => expect(screen.queryByText(/^Programs cannot be started/)).toBeNull());
  });

  test("a missing Python is reported once, and one that exists by now is chosen in one click", async () => {
    const backend = await openWindow("status", (backend) => {
      const problem = { id: "python", text: "Told twice.", remedy: null, actions: [] };
      backend.status = { ...backend.status, python: null, python_problem: "No Python was found.", problems: [problem] };
    });
    expect(screen.queryByText("Told twice.")).toBeNull();
    await user.click(await button("Search again"));
    expect(backend.view.values["python.path"]).toBe("/home/ada/projects/demo/.venv/bin/python");
  });

  test("no Python is reported as missing during the search", async () => {
    const looking = { python: null, python_problem: null, is_searching: true, welcome: true };
    const backend = await openWindow("status", (backend) => (backend.status = { ...backend.status, ...looking }));
    expect(screen.queryByText(/No Python/)).toBeNull();
    expect(screen.queryByText(/apt install/)).toBeNull();
    expect(screen.getAllByText("Looking for Python…")).toHaveLength(2);
    expect(screen.queryByText("Runtray is ready")).toBeNull();
    backend.status = { ...backend.status, python_problem: "No Python was found.", is_searching: false };
    backend.tell({ kind: "status", status: backend.status });
    expect((await screen.findAllByText(/^No Python/)).length).toBeGreaterThan(0);
    expect(screen.queryByText("Runtray is ready")).toBeNull();
  });

  test.each([
    ["running", true, "Runtray is ready"],
    ["running", false, "Welcome to Runtray"],
    ["stopped", true, "Welcome to Runtray"],
  ] as const)("a service that is %s, with a Python: %s, is greeted with %s", async (state, hasPython, title) => {
    await openWindow("status", ({ status }) => {
      Object.assign(status, { state, welcome: true }, hasPython ? {} : { python: null, python_problem: "None." });
    });
    expect(screen.getByRole("heading", { level: 2, name: title })).toBeTruthy();
  });

  test("programs that may still finish are shown while the service stops", async () => {
    const backend = await openWindow("status", (backend) => (backend.status = { ...backend.status, state: "stopping" }));
    expect(screen.getByText("Stopping: 1 still running")).toBeTruthy();
    expect(screen.queryByText(/Nothing is running|The service is off/)).toBeNull();
    await user.click(await button(/^Stop import urllib/));
    expect(backend.done).toEqual(["cancel 01JRUNNING"]);
    expect(screen.queryByText(/Nothing is running|The service is off/)).toBeNull();
  });

  test("a problem is shown once, as a card, not in the status bar or a toast too", async () => {
    const { status } = scene(new URLSearchParams("scene=port"));
    const backend = await openWindow("status", (backend) => (backend.status = status));
    backend.startService = () => Promise.reject({ code: "not_started", message: "Port 5000 is in use." });
    await user.click(screen.getByRole("switch", { name: "Service" }));
    expect(screen.queryByText("Port 5000 is in use.")).toBeNull();
    expect(screen.getAllByText(/port 5000/i)).toHaveLength(1);
    route.go("log");
    expect((await screen.findByRole("link", { name: "Problem" })).getAttribute("href")).toBe("#/status");
  });

  test("a failure of a click is still shown", async () => {
    const backend = await openWindow("status");
    backend.stopService = () => Promise.reject({ code: "internal", message: "It does not stop." });
    await user.click(screen.getByRole("switch", { name: "Service" }));
    expect(await screen.findByText("It does not stop.")).toBeTruthy();
  });

  test("the welcome leads to the Console and is not shown again", async () => {
    const backend = await openWindow("status", (backend) => (backend.status = { ...backend.status, welcome: true }));
    await user.click(await button("Try the Console"));
    expect(route.view).toBe("console");
    expect(backend.status.welcome).toBe(false);
  });
});

describe("Log", () => {
  const rows = async () => within(await screen.findByRole("listbox")).findAllByRole("option");

  test("a run appears while the log is open, and changes when it ends", async () => {
    const backend = await openWindow("log", (backend) => backend.fill(3));
    await waitFor(async () => expect(await rows()).toHaveLength(3));
    const run = { ...summary(execution(0, Date.now(), -1)), status: "running", duration_ms: null, first_line: "new one" };
    backend.tell({ kind: "begun", execution: run });
    await waitFor(async () => expect((await rows())[0]?.textContent).toMatch(/new one.*Running/));
    backend.tell({ kind: "ended", execution: { ...run, status: "timeout", duration_ms: 10_003 } });
    await waitFor(async () => expect((await rows())[0]?.textContent).toMatch(/new one.*Timed out\s*10 s/));
    expect(await rows()).toHaveLength(4);
  });

  test("search and filters narrow the list and can be cleared", async () => {
    await openWindow("log", (backend) => backend.fill(16));
    await user.type(await screen.findByRole("searchbox"), "mississippi");
    await waitFor(async () => expect(await rows()).toHaveLength(2));
    await user.selectOptions(screen.getByRole("combobox", { name: "Outcome" }), "timeout");
    expect(await screen.findByText("Nothing matches")).toBeTruthy();
    await user.click(await button("Show all"));
    await waitFor(async () => expect(await rows()).toHaveLength(16));
  });

  test("a row opens its code and output, by mouse and by keyboard", async () => {
    await openWindow("log", (backend) => backend.fill(8));
    await user.click((await rows())[0]!);
    const detail = await screen.findByRole("region", { name: "Chosen run" });
    expect(await within(detail).findByText("Hello from Runtray!")).toBeTruthy();
    screen.getByRole("listbox").focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}");
    expect(await screen.findByText(/TypeError: unsupported operand/)).toBeTruthy();
    await user.keyboard("{Escape}");
    expect(log.chosen).toBeNull();
  });

  test("a run in the fallback mode is marked", async () => {
    await openWindow("log", (backend) => {
      backend.fill(2);
      backend.log[0]!.containment = "subreaper";
    });
    await user.click((await rows())[1]!);
    expect(screen.queryByText(/fallback: no namespaces/)).toBeNull();
    await user.click((await rows())[0]!);
    expect(await screen.findByText(/fallback: no namespaces/)).toBeTruthy();
  });

  test("a run is opened in the Console, and run again", async () => {
    const backend = await openWindow("log", (backend) => backend.fill(1));
    await user.click((await rows())[0]!);
    await user.click(await button("Run again"));
    await waitFor(() => expect(backend.again).toHaveLength(1));
    await user.click((await rows())[0]!);
    await user.click(await button("Open in Console"));
    expect(route.view).toBe("console");
    expect(draft.code).toBe("print('Hello from Runtray!')");
  });

  test("a shortened program cannot be run, copied or opened, with an explanation", async () => {
    await openWindow("log", (backend) => {
      backend.fill(1);
      backend.log[0]!.code_truncated = true;
    });
    await user.click((await rows())[0]!);
    expect(await screen.findByText(/Only the beginning of this program is kept/)).toBeTruthy();
    for (const name of [/^Run again/, "Open in Console", "Copy code"]) expect(screen.queryByRole("button", { name })).toBeNull();
  });

  test("a program's input is shown and repeated, and missing input is named", async () => {
    const backend = await openWindow("log", (backend) => {
      backend.fill(1);
      backend.log[0]!.given = {
        stdin: "typed ahead", args: ["-v"], env: [{ name: "TOKEN", value: null }], files: [], missing: ["env"],
      };
    });
    await user.click((await rows())[0]!);
    expect(await screen.findByText(/typed ahead/)).toBeTruthy();
    expect(screen.getByText(/TOKEN=not kept/)).toBeTruthy();
    expect(screen.getByText(/if you run it again: values of its variables/)).toBeTruthy();
    await user.click(await button("Run again without its input"));
    await waitFor(() => expect(backend.again).toHaveLength(1));
  });

  test("clearing asks for confirmation, with the number in the button", async () => {
    const backend = await openWindow("log", (backend) => backend.fill(1204));
    await user.click(await button("Clear log"));
    await user.click(await button("Delete 1,204 entries"));
    expect(backend.log).toHaveLength(0);
    expect(await screen.findByText("The log is empty")).toBeTruthy();
  });

  test.each([
    ["a search", async () => user.type(await screen.findByRole("searchbox"), "mississippi"), 2],
    ["an outcome", async () => user.selectOptions(screen.getByRole("combobox", { name: "Outcome" }), "timeout"), 2],
    ["a language", async () => user.selectOptions(screen.getByRole("combobox", { name: "Language" }), "javascript"), 2],
    ["an origin", async () => user.selectOptions(screen.getByRole("combobox", { name: "Origin" }), "local"), 8],
  ])("with %s in use, each button deletes the number that it says", async (_, narrow, found) => {
    const backend = await openWindow("log", (backend) => backend.fill(16));
    await rows();
    await narrow();
    await waitFor(async () => expect(await rows()).toHaveLength(found));
    await user.click(await button("Clear log"));
    expect(await button("Delete all 16 entries")).toBeTruthy();
    // A run that ends while the question is open was not counted and is not deleted.
    backend.log.unshift(execution(0, Date.now() + 60_000, 0));
    await user.click(await button(`Delete ${found} found entries`));
    expect(await screen.findByText(`${found} entries deleted`)).toBeTruthy();
    expect(backend.log).toHaveLength(17 - found);
  });

  test("an export shows the path of its file", async () => {
    const backend = await openWindow("log", (backend) => backend.fill(5));
    await user.click(await button("Export"));
    await user.click(await button("CSV, for spreadsheets"));
    expect(backend.done).toEqual(["export csv"]);
    expect(await screen.findByText("Written to /home/ada/runtray.csv")).toBeTruthy();
  });

  test("a deleted run is explained", async () => {
    await openWindow("log/01JGONE", (backend) => backend.fill(1));
    expect(await screen.findByText("This run is no longer in the log.")).toBeTruthy();
  });
});

describe("Console", () => {
  test("it runs a program, and the editor's text outlives the view", async () => {
    const backend = await openWindow("console");
    await user.selectOptions(await screen.findByRole("combobox", { name: "Examples" }), "calculator");
    await user.click(await button("Run"));
    await waitFor(() => expect(backend.console.sent[0]).toMatchObject({ type: "run", language: "python" }));
    await user.click(await button("End of input"));
    expect(await screen.findByText("Completed")).toBeTruthy();
    route.go("status");
    route.go("console");
    expect(draft.code).toContain("A calculator");
    expect(JSON.parse(localStorage.getItem("runtray.draft") ?? "{}")).toMatchObject({ code: draft.code });
  });

  test("it explains what to do while the service is off", async () => {
    await openWindow("console", (backend) => (backend.status = { ...backend.status, state: "stopped" }));
    expect(await screen.findByText("The service is off. Switch it on to run programs.")).toBeTruthy();
    expect((await button("Run")).hasAttribute("disabled")).toBe(true);
  });
});
