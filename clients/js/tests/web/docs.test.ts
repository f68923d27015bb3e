// The page `/docs` of the real service: what it shows, what it sends, and what it needs for that.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Locator, Page } from "playwright-core";

import { Service, eventually } from "../service.ts";
import { launch } from "./browser.ts";
import { WAIT, inEveryWidth, photograph } from "./ide.ts";

let service: Service;
let browser: Browser;
let page: Page;
/** What the page broke of its own policy, and every address that it asked for. */
const complaints: string[] = [];
const addresses: string[] = [];

before(async () => {
  service = await Service.start();
  browser = await launch();
  page = await browser.newPage();
  page.on("console", (message) => message.text().includes("Content Security Policy") && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => addresses.push(request.url()));
  await page.goto(`${service.url}/docs`);
  await page.locator("#post-execute .primary").waitFor(WAIT);
});
after(async () => {
  await browser.close();
  await service.end();
});

const route = (id: string): Locator => page.locator(`#${id}`);
const send = (id: string) => route(id).getByRole("button", { name: "Send", exact: true }).click();
const answers = (id: string, text: string | RegExp) => route(id).locator(".answered").getByText(text).first().waitFor(WAIT);

test("it lists every route of the document and loads nothing from elsewhere", async () => {
  const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const routes = Object.values(paths).flatMap((methods) => Object.keys(methods));
  assert.equal(await page.locator("section.operation").count(), routes.length);
  assert.equal(await page.locator("nav a").count(), routes.length);
  assert.deepEqual(addresses.filter((address) => !address.startsWith(`${service.url}/`)), []);
  assert.deepEqual(complaints, []);
});

test("without the token a program is not run, and the page says what it needs", async () => {
  await send("post-execute");
  await answers("post-execute", /401/);
  await answers("post-execute", /needs the token/);
  assert.equal(await service.newest(), undefined);
  assert.ok(await page.locator("#token").evaluate((field) => field === document.activeElement));
});

test("with the token the examples run", async () => {
  await page.locator("#token").fill(await service.token());
  await send("post-execute");
  await answers("post-execute", /Hello from Python/);
  await route("post-execute").getByRole("button", { name: "files" }).click();
  await send("post-execute");
  await answers("post-execute", /total\.txt/);
  await route("get-executions").getByLabel("limit").fill("1");
  await send("get-executions");
  await answers("get-executions", /"status": "completed"/);
  assert.equal(await service.newest(), "completed");
});

test("events arrive while the program runs, and Stop ends it", async () => {
  await route("post-execute").locator("textarea").fill(JSON.stringify({ code: "print('begun', flush=True)\nwhile True: pass", timeout_ms: 60_000 }));
  await route("post-execute").getByLabel("as events").check();
  await send("post-execute");
  await answers("post-execute", /begun/);
  await route("post-execute").getByRole("button", { name: "Stop" }).click();
  await answers("post-execute", /^Stopped/);
  await eventually("the run is cancelled", async () => (await service.newest()) === "cancelled", WAIT.timeout);
});

test("without the token the page's address alone reads nothing of the log", async () => {
  assert.equal(await page.evaluate(() => fetch("executions?limit=1").then((response) => response.status)), 401);
});

test("nothing of it is kept", async () => {
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie, location.hash]), [0, 0, "", ""]);
  await page.reload();
  await page.locator("#post-execute .primary").waitFor(WAIT);
  assert.equal(await page.locator("#token").inputValue(), "");
});

test("its policy stops what would come from elsewhere", async () => {
  const stopped = await page.evaluate(async () => {
    const foreign = await fetch("http://127.0.0.1:9/").then(() => "sent", () => "stopped");
    const script = document.createElement("script");
    let inline = "stopped";
    try {
      script.textContent = "document.title = 'mine'";
      document.body.append(script);
      if (document.title === "mine") inline = "ran";
    } catch {}
    return [foreign, inline];
  });
  assert.deepEqual(stopped, ["stopped", "stopped"]);
});

test("it fits every width", async () => {
  await inEveryWidth(page, async (width) => {
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `at ${width} px the page is ${overflow} px too wide`);
  });
  await photograph(page, "docs");
});
