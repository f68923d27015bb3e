// The Log's search while runs keep arriving.

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Backend, install } from "../backend";
import type { ExecutionsQuery, ExecutionSummary, LogPage } from "../bindings";
import { log } from "./log.svelte";

const row = (id: string): ExecutionSummary => ({
  id, status: "completed", started_at: "2026-11-23T04:00:00Z", language: "python", runtime: "CPython 3.13.1",
  origin: "local", first_line: "print(1)", duration_ms: 1, exit_code: 0, isolation: null,
});

/** The requests, and the delay of their answers. */
let asked: ExecutionsQuery[];
let pause: number;
let stored: ExecutionSummary[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  pause = 0;
  stored = [row("1")];
  const executions = async (query: ExecutionsQuery): Promise<LogPage> => {
    asked.push(query);
    if (pause > 0) await new Promise((done) => setTimeout(done, pause));
    return { items: [...stored], next: null, total: stored.length };
  };
  const facets = () => Promise.resolve({ languages: [], origins: [], total: 0 });
  install({ executions, facets } as Partial<Backend> as Backend);
  log.filter = { q: "", status: "", language: "", origin: "" };
});
afterEach(() => vi.useRealTimers());

/** A run arrives every `every` ms for `whole` ms. */
async function arrivals(every: number, whole: number): Promise<void> {
  for (let passed = 0, id = 1000; passed < whole; passed += every, id += 1) {
    stored = [row(String(id)), ...stored];
    log.changed(row(String(id)));
    log.flush();
    await vi.advanceTimersByTimeAsync(every);
  }
}

test.each([1, 20, 50, 150, 199, 450])("a search runs although a run arrives every %d ms", async (every) => {
  await log.reload();
  asked = [];
  log.set({ q: "print" });
  await arrivals(every, 3000);
  expect(asked.filter(({ q }) => q === "print").length).toBeGreaterThan(2);
  expect(asked.length).toBeLessThan(10);
  await vi.advanceTimersByTimeAsync(1000);
  expect(log.rows[0]?.id).toBe(stored[0]?.id);
});

test("a search that takes longer than the pause is answered while runs arrive", async () => {
  await log.reload();
  pause = 900;
  log.set({ q: "print" });
  await arrivals(50, 4000);
  expect(log.rows.length).toBeGreaterThan(1);
});

test("the search still waits for a pause in typing", async () => {
  await log.reload();
  asked = [];
  for (const q of ["p", "pr", "pri"]) {
    log.set({ q });
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(300);
  expect(asked.map(({ q }) => q)).toEqual(["pri"]);
});
