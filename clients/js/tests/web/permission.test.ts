// A public page in a browser that asks the user before pages may reach this machine (Local Network Access).
//
// Chromium is told that the page's address is a public one, and that its origin counts as secure, as if it came by HTTPS.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { build } from "esbuild";
import type { Browser, BrowserContext, Page } from "playwright-core";

import { Service } from "../service.ts";
import { Site, launch } from "./browser.ts";

declare global {
  interface Window {
    attempt(url: string): Promise<string>;
    typed(url: string): Promise<string>;
  }
}

const HOST = "sketches.example";
const SCRIPT = `
import { Runtray } from "./dist/index.js";
const failed = ({ name, message }) => name + ": " + message;
window.attempt = (url) => new Runtray({ url }).execute({ code: "print(6 * 7)" }).then(({ output }) => output, failed);
window.typed = async (url) => {
  try {
    const session = await new Runtray({ url }).terminal({ code: "print(6 * 7)", terminal: { columns: 80, rows: 24 } });
    let output = "";
    for await (const event of session) if (event.type === "stdout") output += event.data;
    return output;
  } catch (error) {
    return failed(error);
  }
};
`;

let site: Site;
let service: Service;
let browser: Browser;
let origin: string;
before(async () => {
  const made = await build({ stdin: { contents: SCRIPT, resolveDir: "." }, bundle: true, format: "esm", write: false });
  const html = '<!doctype html><title>sketches</title><script type="module" src="/page.js"></script>';
  site = await Site.start({ "/": html, "/page.js": made.outputFiles[0]?.text ?? "" });
  origin = `http://${HOST}:${site.port}`;
  service = await Service.start(`allowed_origins = ["${origin}"]\n`);
  browser = await launch([
    `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
    `--ip-address-space-overrides=127.0.0.1:${site.port}=public`,
    `--unsafely-treat-insecure-origin-as-secure=${origin}`,
  ]);
});
after(async () => {
  await browser.close();
  await service.end();
  site.end();
});

/** The page in a context of its own, in which the user has answered the browser's question as `answer`. */
async function open(answer: "granted" | "denied" | "prompt"): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  if (answer === "granted") await context.grantPermissions(["local-network-access"], { origin });
  if (answer === "denied") await deny(context, page);
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => "attempt" in window);
  const state = await page.evaluate(() => navigator.permissions.query({ name: "loopback-network" as PermissionName }).then((status) => status.state));
  assert.equal(state, answer, "the browser knows the permission");
  return page;
}

async function deny(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page);
  const { targetInfo } = await devtools.send("Target.getTargetInfo");
  const { browserContextId = "" } = targetInfo;
  for (const name of ["loopback-network", "local-network", "local-network-access"]) {
    await devtools.send("Browser.setPermission", { origin, permission: { name }, setting: "denied", browserContextId });
  }
}

test("a page that the user let reach this machine runs programs", async () => {
  const page = await open("granted");
  assert.equal(await page.evaluate((url) => window.attempt(url), service.url), "42\n");
  assert.equal((await page.evaluate((url) => window.typed(url), service.url)).trim(), "42");
});

test("the browser is told beforehand that requests go to this machine", async () => {
  const page = await open("granted");
  const spaces = await page.evaluate(async (url) => {
    const asked: unknown[] = [];
    const send = window.fetch;
    window.fetch = (input, init) => {
      asked.push((init as { targetAddressSpace?: string } | undefined)?.targetAddressSpace);
      return send(input, init);
    };
    await window.attempt(url);
    window.fetch = send;
    return asked;
  }, service.url);
  assert.ok(spaces.length > 0 && spaces.every((space) => space === "loopback" || space === "local"), JSON.stringify(spaces));
});

test("a page that the user denied that is told where to change it", async () => {
  const page = await open("denied");
  const told = await page.evaluate((url) => window.attempt(url), service.url);
  assert.match(told, /^LocalNetworkBlockedError: The browser blocks this page .* Open the site's settings/);
});

test("a page whose user closed the browser's question is told where to change that", async () => {
  // Without a window nobody can answer, which Chromium takes as a denial.
  const page = await open("prompt");
  const told = await page.evaluate((url) => window.attempt(url), service.url);
  assert.match(told, /^LocalNetworkBlockedError: The browser blocks this page/);
});

test("a page whose browser will ask again is told that it asks", async () => {
  const page = await open("prompt");
  // With a window Chromium would still say so after its question was closed.
  await page.evaluate(() => (navigator.permissions.query = () => Promise.resolve({ state: "prompt" } as PermissionStatus)));
  const told = await page.evaluate((url) => window.attempt(url), service.url);
  assert.match(told, /^NotRunningError: .* let this page reach programs on this machine if the browser asks, and try again/);
});

test("a page that may reach this machine and is not approved is told so", async (context) => {
  await service.configure("allowed_origins = []\n");
  context.after(() => service.configure(`allowed_origins = ["${origin}"]\n`));
  const page = await open("granted");
  const asked = async () => page.evaluate((url) => window.attempt(url), service.url);
  // The service reads its settings a moment after they were written.
  let told = await asked();
  for (let tries = 0; tries < 100 && !told.startsWith("NotApproved"); tries += 1) told = await asked();
  assert.match(told, new RegExp(`^NotApprovedError: Runtray runs, but ${origin} may not use it yet`));
});
