// Pictures of every view in both themes and two sizes, each checked with axe: `npm run screenshots [-- folder [name]]`.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build, preview } from "vite";

import { open } from "./browser.mjs";
import { SHOTS } from "./shots.mjs";

const THEMES = ["light", "dark"];
const SIZES = (process.env["SIZES"] ?? "960x640,560x420").split(",").map((size) => size.split("x").map(Number));
const WAIT_MS = 10_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const folder = resolve(process.argv[2] ?? "screenshots");
const only = process.argv[3];
const language = process.env["LANGUAGE_OF_SHOTS"] ?? "en";

/** Waits until the page has an element, then for two frames. */
const settled = (selector) => `new Promise((done, failed) => {
  const begun = Date.now();
  const look = () => {
    if (document.querySelector(${JSON.stringify(selector)})) return requestAnimationFrame(() => requestAnimationFrame(done));
    if (Date.now() - begun > ${WAIT_MS}) return failed(new Error("there is no " + ${JSON.stringify(selector)}));
    setTimeout(look, 20);
  };
  look();
})`;

async function picture(page, address, shot, theme, [width, height]) {
  await page.call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  await page.call("Page.navigate", { url: "about:blank" });
  await page.call("Page.navigate", { url: `${address}?${shot.query}&theme=${theme}&language=${language}#/${shot.place}` });
  await page.evaluate(settled("main > *"));
  await page.evaluate(settled(shot.act ? `${BEFORE[shot.place]}` : shot.until));
  if (shot.act) {
    await page.evaluate(shot.act);
    await page.evaluate(settled(shot.until));
  }
  // The element is there before transitions, charts and the text in a terminal have ended, and no event marks the end of them all.
  await page.evaluate("new Promise((done) => setTimeout(done, 250))");
  const { data } = await page.call("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(folder, `${shot.name}-${theme}-${width}.png`), Buffer.from(data, "base64"));
  return complaints(page);
}

/** The elements that must exist before anything is clicked. */
const BEFORE = { status: "button", log: ".row", console: ".cm-content", connect: "main li", settings: ".pythons label" };

async function complaints(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate("axe.run(document).then(({ violations }) => violations)");
  const overflow = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
  const locations = (one) => one.nodes.map((node) => `${node.target.join(" ")} (${node.any[0]?.message ?? ""})`).join("; ");
  return [...found.map((one) => `${one.id}: ${one.help}: ${locations(one)}`), ...(overflow ? ["wider than the window"] : [])];
}

const built = mkdtempSync(join(tmpdir(), "runtray-ui-"));
mkdirSync(folder, { recursive: true });
await build({ mode: "pictures", logLevel: "error", build: { outDir: built, emptyOutDir: true } });
const server = await preview({ logLevel: "error", build: { outDir: built }, preview: { port: 0, host: "127.0.0.1" } });
const page = await open();
let wrong = 0;
try {
  const address = server.resolvedUrls.local[0];
  for (const shot of SHOTS.filter(({ name }) => !only || name === only)) {
    for (const theme of THEMES) {
      for (const size of SIZES) {
        const found = await picture(page, address, shot, theme, size);
        wrong += found.length;
        console.log(`${shot.name} ${theme} ${size.join("×")}${found.length > 0 ? `\n  ${found.join("\n  ")}` : ""}`);
      }
    }
  }
} finally {
  await page.quit();
  await server.close();
  rmSync(built, { recursive: true, force: true });
}
console.log(`${wrong} complaints; pictures in ${folder}`);
process.exit(wrong > 0 ? 1 : 0);
