import { expect, test } from "vitest";

import { execution, summary } from "../backend/fake/data";
import type { ExecutionSummary } from "../bindings";
import { append, matches, merge, widen } from "./rows";

function row(id: string, change: Partial<ExecutionSummary> = {}): ExecutionSummary {
  return { ...summary(execution(0, 0, 0)), id, ...change };
}
const ids = (rows: ExecutionSummary[]) => rows.map((one) => one.id).join("");
const all = () => true;

test.each([
  ["news comes on top", "ba", ["c"], "cba", 1],
  ["news of one moment is sorted", "ba", ["c", "d"], "dcba", 2],
  ["what is known stays where it is", "cba", ["b"], "cba", 0],
  ["what was missed is put where it began", "da", ["b"], "dba", 1],
  ["news into an empty log", "", ["a"], "a", 1],
  ["one that began and ended in one frame is one row", "a", ["b", "b"], "ba", 1],
])("%s", (_, before, changes, after, added) => {
  const merged = merge([...before].map((id) => row(id)), changes.map((id) => row(id)), all);
  expect([ids(merged.rows), merged.added]).toEqual([after, added]);
});

test("the last update of a row wins", () => {
  const merged = merge([row("a", { status: "running" })], [row("a", { status: "failed" })], all);
  expect(merged.rows[0]?.status).toBe("failed");
});

test("a row that no longer matches the filter is removed", () => {
  const running = (one: ExecutionSummary) => one.status === "running";
  const merged = merge([row("a", { status: "running" })], [row("a", { status: "completed" })], running);
  expect([merged.rows.length, merged.removed, merged.added]).toEqual([0, 1, 0]);
});

test("the next page adds no row twice", () => {
  expect(ids(append([row("c"), row("b")], [row("b"), row("a")]))).toBe("cba");
});

test("a language that is new to the log is a filter option at once", () => {
  const before = { languages: ["python"], origins: ["local"], total: 3 };
  const after = widen(before, [row("a", { language: "javascript", origin: "local" })], 1);
  expect(after).toEqual({ languages: ["javascript", "python"], origins: ["local"], total: 4 });
});

test("a row must match all parts of a filter", () => {
  const filter = { q: "never looked at here", status: "failed", language: "python", origin: "" };
  expect(matches(row("a", { status: "failed" }), filter)).toBe(true);
  expect(matches(row("a", { status: "completed" }), filter)).toBe(false);
});

test("20,000 rows are updated within a frame", () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => row(String(99_999 - index)));
  const begun = performance.now();
  merge(rows, [row("a")], all);
  expect(performance.now() - begun).toBeLessThan(100);
});
