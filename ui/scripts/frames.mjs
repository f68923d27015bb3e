// Measures the window in a browser: first paint, updates of the open log, and scrolling through 20,000 rows. `npm run frames`.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, preview } from "vite";

import { open } from "./browser.mjs";

/** Frames of five seconds, scrolling by this many pixels each. */
const scroll = (step) => `(async () => {
  const list = document.querySelector('.rows');
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  const begun = last;
  while (last - begun < 5000) {
    list.scrollTop += ${step};
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  frames.sort((a, b) => a - b);
  const at = (part) => Math.round(frames[Math.floor(frames.length * part)] * 10) / 10;
  return { frames: frames.length, p50: at(0.5), p95: at(0.95), longest: at(0.999), rows: document.querySelectorAll('[role=option]').length, offset: list.scrollTop };
})()`;
const FIRST_PAINT = `Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1)`;
/** Waits until rows are painted and the page has nothing more to do for them. */
const PAINTED = `new Promise((done) => {
  const isPainted = () => document.querySelector('.row') && performance.getEntriesByName('first-contentful-paint').length > 0;
  const look = () => isPainted() ? requestIdleCallback(() => done(true)) : setTimeout(look, 5);
  look();
})`;

async function work(page) {
  const { metrics } = await page.call("Performance.getMetrics");
  const wanted = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration"];
  return Object.fromEntries(metrics.filter(({ name }) => wanted.includes(name)).map(({ name, value }) => [name, value]));
}

const built = mkdtempSync(join(tmpdir(), "runtray-ui-"));
await build({ mode: "pictures", logLevel: "error", build: { outDir: built, emptyOutDir: true } });
const server = await preview({ logLevel: "error", build: { outDir: built }, preview: { port: 0, host: "127.0.0.1" } });
const page = await open();
try {
  await page.call("Page.navigate", { url: `${server.resolvedUrls.local[0]}?scene=many#/log` });
  await page.evaluate(PAINTED);
  console.log(`first paint after ${await page.evaluate(FIRST_PAINT)} ms`);
  // Measure the thread's CPU time, which other programs on the machine do not stretch.
  await page.call("Performance.enable", { timeDomain: "threadTicks" });
  for (const step of [0, 400]) {
    const before = await work(page);
    const { frames, p50, p95, longest, rows, offset } = await page.evaluate(scroll(step));
    const times = `p50 ${p50} ms, p95 ${p95} ms, longest ${longest} ms`;
    console.log(`${step} px a frame: ${frames} frames, ${times}; ${rows} rows exist; scrolled ${offset} px`);
    const after = await work(page);
    const each = Object.keys(after).map((name) => `${name} ${(((after[name] - before[name]) * 1000) / frames).toFixed(2)} ms`);
    console.log(`  work a frame: ${each.join(", ")}`);
  }
} finally {
  await page.quit();
  await server.close();
  rmSync(built, { recursive: true, force: true });
}
process.exit(0);
