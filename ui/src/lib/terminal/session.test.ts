import { beforeEach, expect, test, vi } from "vitest";

import { install } from "../backend";
import { FakeBackend } from "../backend/fake";
import { webSocket } from "../backend/tauri";
import { execution } from "../backend/fake/data";
import { setLanguage } from "../i18n/index.svelte";
import { notices } from "../state/notices.svelte";
import { runAgain } from "./again";
import { parse } from "./protocol";
import { session } from "./session.svelte";

let backend: FakeBackend;
let written: string;

beforeEach(() => {
  setLanguage("en");
  backend = new FakeBackend();
  install(backend);
  session.stop();
  session.state = "idle";
  written = "";
  session.attach((text) => (written += text));
});

const socket = () => backend.sockets[0]!;
async function begin() {
  await session.run("print(1)", "python");
  await vi.waitFor(() => expect(session.state).toBe("running"));
}

test("a program that asks is answered, and how it ended is known", async () => {
  session.resize(100, 30);
  await begin();
  expect(socket().sent[0]).toMatchObject({ type: "run", language: "python", terminal: { columns: 100, rows: 30 } });
  for (const key of "Ada\r") session.type(key);
  expect(written).toContain("Hello, Ada.");
  expect(session.state).toBe("ended");
  expect(session.ending).toMatchObject({ status: "completed", exit_code: 0 });
});

test("the size of the terminal follows while it runs", async () => {
  await begin();
  session.resize(120, 40);
  expect(socket().sent.at(-1)).toEqual({ type: "resize", columns: 120, rows: 40 });
});

test("Ctrl-C goes to the program as it was typed", async () => {
  await begin();
  session.type("\u0003");
  expect(session.ending).toMatchObject({ exit_code: 130 });
});

test("stopping asks first, and the second time does not", async () => {
  await begin();
  const finish = vi.spyOn(socket(), "finish").mockImplementation(() => {});
  session.stop();
  expect(socket().sent.at(-1)).toEqual({ type: "signal", signal: "interrupt" });
  session.stop();
  expect(socket().sent.at(-1)).toEqual({ type: "signal", signal: "kill" });
  expect(finish).toHaveBeenCalledTimes(2);
});

test("the end of input is sent", async () => {
  await begin();
  session.eof();
  expect(session.ending?.status).toBe("completed");
});

test("a connection that breaks is said, with what to do", async () => {
  await begin();
  socket().close();
  expect(session.state).toBe("ended");
  expect(session.problem).toMatch(/connection to the service was lost/);
});

test("a refusal is shown in the service's words", async () => {
  await session.run("print(1)", "python");
  socket().say({ type: "error", error: "Too many programs are running." });
  expect(session.state).toBe("ended");
  expect(session.problem).toBe("Too many programs are running.");
});

test("a message that was not taken does not end the program", async () => {
  await begin();
  socket().say({ type: "error", error: "A message types at most 1048576 bytes." });
  expect(session.state).toBe("running");
  expect(notices.list.at(-1)).toMatchObject({ problem: true, text: "A message types at most 1048576 bytes." });
});

test("a second run while one is under way is not begun", async () => {
  await begin();
  await session.run("print(2)", "python");
  expect(backend.sockets).toHaveLength(1);
});

test("a terminal that comes later shows what was written", async () => {
  await begin();
  const detach = session.attach(() => {});
  detach();
  let late = "";
  session.attach((text) => (late += text));
  expect(late).toContain("What is your name?");
});

test("a second run of a logged program has no terminal and an ended input", async () => {
  const id = await runAgain({ ...execution(1, Date.now(), 0), stdin: "x", args: ["-v"] });
  expect(id).toBe("01JCONSOLE");
  expect(socket().sent[0]).toMatchObject({ type: "run", stdin: "x", args: ["-v"] });
  expect(socket().sent[0]).not.toHaveProperty("terminal");
});

test("a frame that is not understood is passed over", () => {
  for (const frame of ["", "{", "null", "{}", '{"type":"later"}', new ArrayBuffer(1)]) expect(parse(frame)).toBeNull();
  expect(parse('{"type":"stdout","data":"x"}')).toEqual({ type: "stdout", data: "x" });
});

test("the token travels as a subprotocol, and only where there is one", () => {
  const made: unknown[][] = [];
  vi.stubGlobal("WebSocket", class { constructor(...given: unknown[]) { made.push(given); } });
  webSocket({ url: "http://localhost:5000", token: null });
  webSocket({ url: "http://localhost:5001/", token: "t" });
  vi.unstubAllGlobals();
  expect(made).toEqual([
    ["ws://localhost:5000/execute/ws"],
    ["ws://localhost:5001/execute/ws", ["runtray", "bearer.t"]],
  ]);
});
