import { beforeEach, describe, expect, test } from "vitest";

import { setLanguage } from "../i18n/index.svelte";
import { ago, duration, exact, middle, origin, shortPath, size } from ".";
import { outcome } from "./outcome";

beforeEach(() => setLanguage("en"));

describe("a time span", () => {
  test.each([
    [0, "< 1 ms"],
    [0.99, "< 1 ms"],
    [5.4, "5 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [2140, "2.1 s"],
    [59_960, "1 min 0 s"],
    [64_000, "1 min 4 s"],
    [3_600_000, "1 h 0 min"],
    [90_000_000, "25 h 0 min"],
  ])("%d ms is %s", (ms, words) => expect(duration(ms)).toBe(words));

  test("has the language's decimal sign", () => {
    setLanguage("de");
    expect(duration(2140)).toBe("2,1 s");
  });
});

test.each([
  [0, "0 B"],
  [1023, "1 KB"],
  [9_437_184, "9 MB"],
  [1_572_864, "1.5 MB"],
  [1 << 30, "1 GB"],
])("%d bytes are %s", (bytes, words) => expect(size(bytes)).toBe(words));

describe("a relative time", () => {
  const at = "2026-11-22T12:00:00Z";
  const now = Date.parse(at);
  test.each([
    [-5000, "just now"],
    [9000, "just now"],
    [30_000, "30 sec. ago"],
    [150_000, "2 min. ago"],
    [7_200_000, "2 hr. ago"],
    [90_000_000, "yesterday"],
  ])("%d ms is %s", (passed, words) => expect(ago(at, now + passed)).toBe(words));

  test("the exact time has seconds", () => expect(exact(at)).toContain(":00:00"));
});

test("an origin loses only its scheme", () => {
  expect(origin("http://localhost:3000")).toBe("localhost:3000");
  expect(origin("https://app.example")).toBe("https://app.example");
  expect(origin("local")).toBe("this computer");
});

test.each([
  ["/home/ada/x/bin/python", "~/x/bin/python"],
  ["/Users/ada", "~"],
  ["/rooted/python", "/rooted/python"],
  ["/home2/ada", "/home2/ada"],
  ["C:\\Python\\python.exe", "C:\\Python\\python.exe"],
])("the path %s is shown as %s", (path, short) => expect(shortPath(path)).toBe(short));

test("an unknown status is shown as interrupted, never as completed", () => {
  expect(outcome("exploded").mark).toBe("stopped");
  expect(outcome("completed").mark).toBe("running");
});

test("a long text keeps both ends", () => {
  expect(middle("abcdefghij", 10)).toBe("abcdefghij");
  expect(middle("abcdefghijk", 10)).toBe("abcde…hijk");
  expect([...middle("🐍".repeat(60), 20)]).toHaveLength(20);
});

test.each(["Runtray Console", "tauri://localhost", "http://tauri.localhost"])("%s is this window's own Console", (logged) =>
  expect(origin(logged)).toBe("Runtray Console"),
);
