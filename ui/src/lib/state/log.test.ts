import { beforeEach, expect, test, vi } from "vitest";
import { type Backend, install } from "../backend";
import type { ExecutionSummary, LogPage } from "../bindings";
import { log } from "./log.svelte";

const row = (id: string, status: string): ExecutionSummary => ({
  id, status, started_at: "2026-11-23T04:00:00Z", language: "python", runtime: "CPython 3.13.1",
  origin: "curl", first_line: "print(1)", duration_ms: null, exit_code: null, isolation: null,
});

/** Holds the answer to the next request for a page until the test releases it. */
let answer: (rows: ExecutionSummary[]) => void;

beforeEach(() => {
  vi.stubGlobal("requestAnimationFrame", () => 0);
  const executions = () =>
    new Promise<LogPage>((done) => {
      answer = (rows) => done({ items: rows, next: null, total: rows.length });
    });
  const facets = () => Promise.resolve({ languages: [], origins: [], total: 0 });
  install({ executions, facets } as Partial<Backend> as Backend);
});

const statuses = () => log.rows.map(({ id, status }) => `${id} ${status}`);

test("changes while a page is loading are in the list, whether or not the page has them", async () => {
  for (const page of [[], [row("1", "running")], [row("1", "completed")]]) {
    const reading = log.reload();
    for (const status of ["running", "completed"]) {
      log.changed(row("1", status));
      log.flush();
    }
    answer(page);
    await reading;
    expect(statuses()).toEqual(["1 completed"]);
  }
});

test("a loaded page stays unchanged until something happens", async () => {
  const reading = log.reload();
  answer([row("1", "completed")]);
  await reading;
  log.changed(row("2", "running"));
  log.flush();
  expect(statuses()).toEqual(["2 running", "1 completed"]);
});
