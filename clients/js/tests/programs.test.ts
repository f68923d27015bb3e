// The canned programs of the Next.js example, each on the real service.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PROGRAMS, answer } from "../../../examples/next-ide/components/programs.ts";
import { Runtray } from "../dist/index.js";
import { Service } from "./service.ts";
import { PYTHON, settings } from "./web/ide.ts";

let service: Service;
before(async () => (service = await Service.start(settings([]))));
after(() => service.end());

const NUMBERS = Array.from({ length: 100 }, (_, number) => `${number + 1}\n`).join("");
/** What each is given, and what it must print or end with; by a word that chooses it. */
const EXPECTED: Record<string, { stdin?: string; prints: RegExp; status?: string; skip?: string | false }> = {
  calculator: { stdin: "6 * 7\nx\nq\n", prints: /= 42\n[^]*That does not work[^]*Bye\./ },
  plot: { prints: /Saved waves\.png/, skip: !PYTHON && "RUNTRAY_TEST_PYTHON names no Python with matplotlib" },
  countdown: { prints: /^5\n4\n3\n2\n1\nGo\n$/ },
  guess: { stdin: NUMBERS, prints: /Right, after \d+ tries\./ },
  sales: { prints: /total +53\.00/ },
  primes: { prints: /^9592 primes below 100,000; the last is 99991\n$/ },
  life: { prints: /generation 23\n$/ },
  forever: { prints: /still running 1\n/, status: "timeout" },
  "to-do": { stdin: "add tea\ndone 1\nfly\nquit\n", prints: /1\. \[x\] tea\n[^]*I do not know that\./ },
  sentence: { stdin: "a b a\n", prints: /2 {2}a\n {2}1 {2}b\n/ },
};

test("there are ten, and each is chosen by its title", () => {
  assert.deepEqual(PROGRAMS.map(({ title }) => answer(title)?.title), PROGRAMS.map(({ title }) => title));
  assert.equal(PROGRAMS.length, 10);
  assert.equal(new Set(Object.keys(EXPECTED).map((word) => answer(word)?.title)).size, 10);
  assert.equal(answer("write a poem"), undefined);
});

for (const [word, { stdin = "", prints, status = "completed", skip = false }] of Object.entries(EXPECTED)) {
  test(`the program for "${word}" does what it says`, { skip }, async () => {
    const program = answer(word);
    assert.ok(program);
    const files = Object.entries(program.files ?? {}).map(([path, content]) => ({ path, content }));
    const timeout_ms = status === "timeout" ? 2000 : 60_000;
    const result = await new Runtray({ url: service.url }).execute({ code: program.code, stdin, files, timeout_ms });
    assert.equal(result.status, status, result.error);
    assert.match(result.output, prints);
  });
}
