// `<runtray-terminal>` in plain HTML, React, Vue and Svelte, as the example builds them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import type { Browser } from "playwright-core";

import { Service, eventually } from "../service.ts";
import { Site, launch } from "./browser.ts";
import { photograph } from "./ide.ts";

const EXAMPLE = fileURLToPath(new URL("../../../../examples/terminal-element", import.meta.url));

let service: Service;
let site: Site;
let browser: Browser;
before(async () => {
  execFileSync("npm", ["run", "build"], { cwd: EXAMPLE, stdio: "inherit" });
  service = await Service.start();
  site = await Site.start({}, `${EXAMPLE}/dist`);
  await service.configure(`allowed_origins = ["${site.url}"]\n`);
  browser = await launch();
});
after(async () => {
  await browser.close();
  site.end();
  await service.end();
});

for (const framework of ["html", "react", "vue", "svelte"]) {
  test(`a conversation in ${framework}`, async () => {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    // The example names no address: it expects the service at its usual port.
    await page.addInitScript((url) => {
      addEventListener("DOMContentLoaded", () => {
        const found = () => document.querySelector("runtray-terminal")?.setAttribute("url", url);
        new MutationObserver(found).observe(document, { childList: true, subtree: true });
        found();
      });
    }, service.url);
    await page.goto(`${site.url}/${framework}.html`);
    await page.getByRole("button", { name: "Run" }).click();
    const text = () => page.evaluate(() => document.querySelector("runtray-terminal")?.text ?? "");
    await eventually("it asks", async () => (await text()).includes("Name?"), 60_000);
    await page.locator("runtray-terminal .screen").click();
    await page.keyboard.type("Ada\r");
    await eventually("it answers", async () => (await text()).includes("Hello, Ada"), 60_000);
    const status = page.locator("runtray-terminal").getByRole("status");
    await eventually("it says how it ended", async () => (await status.innerText()).startsWith("Finished after"), 60_000);
    if (framework !== "html") await page.getByText("completed", { exact: true }).waitFor();
    await photograph(page, `element-${framework}`);
    assert.deepEqual(faults, []);
    await page.close();
  });
}
