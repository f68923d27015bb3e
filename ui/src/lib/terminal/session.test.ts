import { beforeEach, expect, test, vi } from "vitest";

import { install } from "../backend";
import { FakeBackend } from "../backend/fake";
import { execution } from "../backend/fake/data";
import { setLanguage } from "../i18n/index.svelte";
import { toasts } from "../state/toasts.svelte";
import { runAgain } from "./again";
import { session } from "./session.svelte";

let backend: FakeBackend;
let written: string;

beforeEach(async () => {
  setLanguage("en");
  backend = new FakeBackend();
  install(backend);
  await session.follow();
  written = "";
  session.attach((text, done) => {
    written += text;
    done();
  });
});

const told = () => backend.console.sent;
const typed = () => told().flatMap((message) => (message.type === "stdin" ? [message.data.length] : []));
async function begin() {
  await session.run("print(1)", "python");
  expect(session.state).toBe("running");
}

test("a program reads its input, and its end is reported", async () => {
  session.resize(100, 30);
  await begin();
  expect(told()[0]).toMatchObject({ type: "run", language: "python", terminal: { columns: 100, rows: 30 } });
  for (const key of "Ada\r") session.type(key);
  await vi.waitFor(() => expect(written).toContain("Hello, Ada."));
  expect(session.state).toBe("ended");
  expect(session.ending).toMatchObject({ status: "completed", exit_code: 0 });
});

test("the terminal is resized while the program runs", async () => {
  await begin();
  session.resize(120, 40);
  await vi.waitFor(() => expect(told().at(-1)).toEqual({ type: "resize", columns: 120, rows: 40 }));
});

test("Ctrl-C goes to the program as it was typed", async () => {
  await begin();
  session.type("\u0003");
  await vi.waitFor(() => expect(session.ending).toMatchObject({ exit_code: 130 }));
});

test("stopping interrupts first, and kills the second time", async () => {
  await begin();
  vi.spyOn(backend.console, "finish").mockImplementation(() => {});
  session.stop();
  expect(told().at(-1)).toEqual({ type: "signal", signal: "interrupt" });
  session.stop();
  expect(told().at(-1)).toEqual({ type: "kill" });
});

test("the end of input is sent", async () => {
  await begin();
  session.eof();
  await vi.waitFor(() => expect(session.ending?.status).toBe("completed"));
});

test("typed text arrives in order, and queued text is merged", async () => {
  await begin();
  let free = () => {};
  const slow = vi.spyOn(backend, "tellConsole").mockImplementationOnce(() => new Promise((done) => (free = done)));
  for (const key of "abc") session.type(key);
  session.eof();
  expect(slow).toHaveBeenCalledTimes(1);
  free();
  await vi.waitFor(() => expect(told().slice(-2)).toEqual([{ type: "stdin", data: "bc" }, { type: "eof" }]));
});

test("a long text is split into messages of a bounded size", async () => {
  await begin();
  session.type("x".repeat(600_000));
  await vi.waitFor(() => expect(typed()).toEqual([262_144, 262_144, 75_712]));
});

test("a refusal shows the service's message", async () => {
  await begin();
  backend.console.refuse("Too many programs are running.");
  expect(session.state).toBe("ended");
  expect(session.problem).toBe("Too many programs are running.");
});

test("a rejected message does not end the program", async () => {
  await begin();
  vi.spyOn(backend, "tellConsole").mockRejectedValueOnce({ code: "invalid_request", message: "A message types at most 1 MiB." });
  session.type("x");
  await vi.waitFor(() => expect(toasts.list.at(-1)).toMatchObject({ problem: true, text: "A message types at most 1 MiB." }));
  expect(session.state).toBe("running");
});

test("no second run starts while one is running", async () => {
  await begin();
  await session.run("print(2)", "python");
  expect(told().filter(({ type }) => type === "run")).toHaveLength(1);
});

test("a later terminal shows the earlier output, marked as old", async () => {
  await begin();
  session.attach(() => {})();
  const late: [string, boolean][] = [];
  session.attach((text, _done, isOld) => late.push([text, isOld]));
  expect(late).toHaveLength(1);
  expect(late[0]?.[0]).toContain("What is your name?");
  expect(late[0]?.[1]).toBe(true);
});

test("a window that opens later shows the program with its output, and types into it", async () => {
  await begin();
  session.state = "idle";
  await session.follow();
  expect(session.state).toBe("running");
  expect(written.endsWith("\u001bcWhat is your name? ")).toBe(true);
  session.type("Ada\r");
  await vi.waitFor(() => expect(session.ending).toMatchObject({ status: "completed" }));
  await session.follow();
  expect(session.state).toBe("ended");
  expect(session.ending).toMatchObject({ status: "completed" });
});

test("output is acknowledged when the terminal has shown it", async () => {
  let show = () => {};
  session.attach((_text, done) => (show = done));
  await begin();
  expect(backend.console.acknowledged).toBe(0);
  show();
  expect(backend.console.acknowledged).toBe(1);
  session.attach(() => {})();
  backend.console.print("seen by nobody");
  expect(backend.console.acknowledged).toBe(2);
});

test("a repeated run of a logged program has no terminal and the same input", async () => {
  const given = { stdin: "x", args: ["-v"], env: [], files: [], missing: [] };
  expect(await runAgain({ ...execution(1, Date.now(), 0), given })).toBe("01JAGAIN");
  expect(backend.again[0]).toMatchObject({ type: "run", stdin: "x", args: ["-v"] });
  expect(backend.again[0]).not.toHaveProperty("terminal");
});
