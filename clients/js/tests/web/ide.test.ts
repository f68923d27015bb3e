// The Next.js example in production mode, with the real service, as a person uses it.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import type { Page } from "playwright-core";

import { eventually } from "../service.ts";
import type { Service } from "../service.ts";
import { Site } from "./browser.ts";
import { MARKERS, Ide, PYTHON, WAIT, inEveryWidth, photograph as picture, run as press, settings, terminalText, write as edit } from "./ide.ts";

let ide: Ide;
let service: Service;
let page: Page;
let origin: string;
/** A folder of this run of the tests, in the one that the sandbox lets programs read. */
let markers: string;
before(async () => {
  ide = await Ide.start();
  markers = await mkdtemp(join(MARKERS, "run-"));
  ({ service, origin } = ide);
  page = await ide.open();
});
after(async () => {
  await ide.end();
  await rm(markers, { recursive: true });
});

const photograph = (name: string) => picture(page, name);
const write = (code: string) => edit(page, code);
const run = () => press(page);
const output = () => terminalText(page);
const status = () => page.locator("runtray-terminal .status").innerText();
const notice = () => page.locator("runtray-terminal .notice");
const place = () => page.getByTestId("place").innerText();
const shows = (text: string | RegExp) => eventually(`the terminal shows ${text}`, async () => (await output()).match(text) !== null, 90_000);
const says = (text: string | RegExp) => eventually(`the status is ${text}`, async () => (await status()).match(text) !== null, 90_000);

async function ask(prompt: string): Promise<void> {
  await page.getByLabel("Prompt").fill(prompt);
  await page.getByRole("button", { name: "Create" }).click();
}

describe("with the service", () => {
  test("a program typed key by key runs by Ctrl+Enter", async () => {
    await write("");
    await page.keyboard.type("print('typed', 6 * 7)");
    await page.keyboard.press("Control+Enter");
    await shows(/^typed 42$/m);
    await says(/^Finished/);
    assert.equal(await page.locator(".cm-line").count(), 1, "the editor took the key too");
  });

  for (const way of ["terminal", "stream"]) {
    test(`a typed program's output arrives in pieces (${way})`, async () => {
      await page.getByLabel("Connection").selectOption(way);
      // It goes on only after the file is there that the test makes when it has seen the first piece.
      const marker = join(markers, way);
      await write(`import os, time\nprint("first piece", flush=True)\nwhile not os.path.exists(${JSON.stringify(marker)}): time.sleep(0.02)\nprint("second piece")`);
      await run();
      await shows("first piece");
      assert.match(await status(), /^Running: CPython 3/);
      assert.doesNotMatch(await output(), /second/);
      await photograph(`pieces-${way}`);
      await mkdir(marker);
      await shows("second piece");
      await says(/^Finished after/);
      assert.match(await place(), /^On this machine/);
      await page.getByLabel("Connection").selectOption("terminal");
    });
  }

  test("the prompt's canned calculator holds a conversation", async () => {
    assert.match(await page.locator(".prompt").innerText(), /canned programs; no AI model/);
    await ask("create me a simple Python calculator");
    await run();
    await shows(/>$/);
    for (const [typed, answer] of [["6 * 7", "= 42"], ["2 ** 0.5", "= 1.414"], ["1 / 0", "That does not work"]] as const) {
      await page.keyboard.type(`${typed}\r`);
      await shows(answer);
    }
    await photograph("calculator");
    await page.keyboard.type("q\r");
    await says(/^Finished/);
  });

  test("files go along and come back", async () => {
    await ask("add up a table of sales");
    await run();
    await shows(/total +53\.00/);
    await says(/^Finished/);
    assert.match(await page.locator("runtray-terminal .files").innerText(), /total\.txt/);
    const saved = page.waitForEvent("download");
    await page.locator("runtray-terminal .files a").click();
    assert.equal(await readFile(await (await saved).path(), "utf8"), "53.0\n");
  });

  test("a plot saved by matplotlib is shown", { skip: !PYTHON && "RUNTRAY_TEST_PYTHON names no Python with matplotlib" }, async () => {
    await ask("plot two waves");
    await run();
    await shows("Saved waves.png");
    const picture = page.locator("runtray-terminal .files img");
    await picture.waitFor(WAIT);
    assert.ok(await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)) > 300);
    await photograph("plot");
  });

  test("an endless loop is stopped by the button and by Ctrl+C", async () => {
    await ask("write an endless loop");
    await run();
    await shows("still running 1");
    await page.locator("runtray-terminal").getByRole("button", { name: "Stop" }).click();
    await says(/^Stopped/);
    await eventually("the service cancelled it", async () => (await service.newest()) === "cancelled");
    await photograph("stopped");
    await run();
    await shows("still running 1");
    await page.keyboard.press("Control+C");
    await shows("KeyboardInterrupt");
    await says(/^(Failed|Crashed|Stopped)/);
  });

  test("output is searched and copied by keyboard", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await ask("find prime numbers");
    await run();
    await shows("9592 primes");
    // The end of the program has the same place as the result of the search.
    await says(/^Finished/);
    await page.keyboard.press("Control+Shift+F");
    await page.keyboard.type("99991\r");
    await says("Found");
    await photograph("found");
    await page.keyboard.press("Escape");
    await page.locator("runtray-terminal").getByRole("button", { name: "Copy" }).click();
    await says("Copied");
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /99991/);
    await page.evaluate(() => document.querySelector("runtray-terminal")?.focus());
    await page.keyboard.press("Shift+Tab");
    const active = await page.evaluate(() => document.querySelector("runtray-terminal")?.shadowRoot?.activeElement?.textContent);
    assert.equal(active, "Clear", "Shift+Tab leaves the terminal");
  });

  test("a running program learns the new size of its terminal", async () => {
    await write("import os, time\nbefore = os.get_terminal_size()\nprint('was', *before, flush=True)\nwhile os.get_terminal_size() == before: time.sleep(0.02)\nprint('is', *os.get_terminal_size())");
    await run();
    await shows(/was \d+ \d+/);
    const viewport = page.viewportSize() ?? { width: 1280, height: 720 };
    await page.setViewportSize({ width: 900, height: 600 });
    await shows(/is \d+ \d+/);
    const [, wasColumns, wasRows, isColumns, isRows] = (/was (\d+) (\d+)[^]*is (\d+) (\d+)/.exec(await output()) ?? []).map(Number);
    assert.ok((isColumns ?? 0) < (wasColumns ?? 0) && (isRows ?? 0) <= (wasRows ?? 0), await output());
    const marks = () => page.locator("runtray-terminal .xterm-selection div").count();
    for (const width of [1600, viewport.width]) {
      await page.setViewportSize({ ...viewport, width });
      await eventually("what was found before is no longer marked", async () => (await marks()) === 0);
    }
  });

  test("a screen reader gets the output, and each part has a name and takes the page's style", async () => {
    await write("print('read this aloud \\x1b[31mred\\x1b[0m')");
    await run();
    await says(/^Finished/);
    await page.locator("runtray-terminal .xterm-accessibility").getByText("read this aloud").first().waitFor({ ...WAIT, state: "attached" });
    const element = page.locator("runtray-terminal");
    for (const [role, name] of [["status", ""], ["toolbar", "Program"], ["group", "Terminal"], ["button", "Stop"], ["button", "Copy"], ["button", "Find"], ["button", "Clear"]] as const) {
      assert.equal(await element.getByRole(role, { ...(name ? { name } : {}), exact: true }).count(), 1, `${role} ${name}`);
    }
    const colour = await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("runtray-terminal::part(toolbar) { background: rgb(1, 2, 3) } runtray-terminal { --runtray-background: rgb(4, 5, 6) }");
      document.adoptedStyleSheets = [sheet];
      const element = document.querySelector("runtray-terminal")!;
      const colours = [element.shadowRoot!.querySelector(".toolbar")!, element].map((part) => getComputedStyle(part).backgroundColor);
      const red = () => getComputedStyle(element.shadowRoot!.querySelector(".xterm-fg-1")!).color;
      const onWhite = red();
      // The element looks at its colours again.
      element.setAttribute("theme", "light");
      const onBlack = red();
      document.adoptedStyleSheets = [];
      element.removeAttribute("theme");
      return { colours, reds: [onWhite, onBlack] };
    });
    assert.deepEqual(colour.colours, ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]);
    assert.notEqual(colour.reds[0], colour.reds[1], "the same red on white and on black");
  });

  test("nothing of Python for the browser is loaded while the service is there", async () => {
    const fresh = await (await ide.browser.newContext()).newPage();
    const requested: string[] = [];
    fresh.on("request", (request) => requested.push(request.url()));
    await fresh.goto(`${origin}/ide`);
    await fresh.locator("button.primary:enabled").waitFor(WAIT);
    await press(fresh);
    await eventually("it ran", async () => (await terminalText(fresh)).includes("Hello from Runtray"), WAIT.timeout);
    assert.ok(requested.length > 5);
    assert.deepEqual(requested.filter((address) => new URL(address).pathname.startsWith("/runtray/")), []);
    await fresh.context().close();
  });
});

test("without the service the browser runs programs within 500 ms' decision; with it the next one is real again", async (context) => {
  await service.stop();
  // Also when this fails: the tests after it need the service.
  context.after(() => service.restore());
  for (const way of ["terminal", "stream"]) {
    await page.getByLabel("Connection").selectOption(way);
    await write("import sys, platform\nprint('ran on', sys.platform)");
    await run();
    await shows("ran on emscripten");
    await says(/^Finished after .* in this browser \(Pyodide/);
    const [, ms] = /^In the browser, decided in (\d+) ms/.exec(await place()) ?? [];
    assert.ok(Number(ms) < 500, await place());
    assert.match(await notice().innerText(), /Runtray does not answer .* runs in the browser/);
  }
  await page.getByLabel("Connection").selectOption("terminal");
  await ask("calculator");
  await run();
  await shows(/>$/);
  await page.keyboard.type("6 * 7\r");
  await shows("= 42");
  await photograph("fallback");
  await page.keyboard.type("q\r");
  await says(/^Finished/);
  await write("print('go')\nwhile True: pass");
  await run();
  await shows("go");
  await page.locator("runtray-terminal").getByRole("button", { name: "Stop" }).click();
  await says(/^Stopped/);
  await service.start();
  await write("import sys\nprint('ran on', sys.platform)");
  await run();
  await shows("ran on linux");
  assert.match(await place(), /^On this machine/);
  assert.ok(await notice().isHidden());
  await photograph("service-back");
});

test("a page that is not approved says so, and goes on without a reload when it is", async () => {
  for (const way of ["terminal", "stream"]) {
    await service.configure(settings([]));
    await page.getByLabel("Connection").selectOption(way);
    await write("print('approved')");
    await eventually("the service has read its settings", async () => (await page.evaluate(refusal)) === 403);
    await run();
    await says("Waiting for your approval in Runtray");
    assert.match(await notice().innerText(), new RegExp(`${origin} may not use it yet\\. Open Runtray and choose Allow`));
    await page.getByRole("button", { name: "Run in the browser instead" }).waitFor(WAIT);
    if (way === "terminal") await photograph("approval");
    // Directly or through the rewrite: the user is asked about this page, and sees what it wants to run.
    await eventually("the page waits with its program", async () => (await waiting())[origin]?.code === "print('approved')");
    await service.configure(settings([origin]));
    await shows("approved");
    await says(/^Finished/);
    assert.ok(await notice().isHidden(), "the question is answered");
    if (way === "terminal") await photograph("approved");
  }
  await page.getByLabel("Connection").selectOption("terminal");
});

/** What the pages that wait for approval want to run, by their origins. */
async function waiting(): Promise<Record<string, { code: string } | null>> {
  const { pending_origins } = (await (await fetch(`${service.url}/status`)).json()) as { pending_origins: { origin: string; program: { code: string } | null }[] };
  return Object.fromEntries(pending_origins.map((one) => [one.origin, one.program]));
}

/** Through the rewrite a page can read the refusal. */
function refusal(): Promise<number> {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" };
  return fetch("/api/flask/execute", init).then(({ status }) => status);
}

test("a hostile page gets nothing", async (context) => {
  const site = await Site.start({ "/": "<!doctype html><title>hostile</title>" });
  context.after(() => site.end());
  const hostile = await (await ide.browser.newContext()).newPage();
  await hostile.goto(site.url);
  const before_ = await service.count();
  const document_ = (await (await fetch(`${service.url}/openapi.json`)).json()) as { paths: Record<string, Record<string, unknown>> };
  const routes = Object.entries(document_.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path] as const));
  assert.ok(routes.length > 8);
  const got = await hostile.evaluate(attack, { url: service.url, routes: [...routes, ["OPTIONS", "/execute"], ["GET", "/nowhere"]] as [string, string][] });
  // That something answers at `/health` can be told, and nothing else.
  assert.deepEqual(got, ["GET /health no-cors: opaque"]);
  assert.equal(await service.count(), before_);
  await hostile.evaluate((all) => document.body.replaceChildren(`What this hostile page got: ${all.join("; ")}`), got);
  await picture(hostile, "hostile");
});

/** Every way in that a page has, over every route. Gives those that were not refused. */
async function attack({ url, routes }: { url: string; routes: [string, string][] }): Promise<string[]> {
  const got: string[] = [];
  const body = JSON.stringify({ code: "print(1)" });
  for (const [method, path] of routes) {
    for (const mode of ["cors", "no-cors"] as const) {
      for (const type of ["application/json", "text/plain"]) {
        const init: RequestInit = { method, mode, headers: { "Content-Type": type } };
        if (method === "POST") init.body = body;
        const response = await fetch(url + path, init).catch(() => undefined);
        const line = `${method} ${path} ${mode}: ${response?.type}`;
        if (response && !got.includes(line)) got.push(line);
      }
    }
  }
  const opened = await new Promise<boolean>((resolve) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/execute/ws`);
    socket.onopen = () => resolve(true);
    socket.onerror = () => resolve(false);
  });
  if (opened) got.push("WebSocket");
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: `${url}/execute`, enctype: "text/plain", target: "frame" });
  form.innerHTML = `<input name='{"code":"print(1)","x":"' value='"}'>`;
  const frame = Object.assign(document.createElement("iframe"), { name: "frame" });
  document.body.append(frame, form);
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  form.submit();
  await loaded;
  return got;
}

test("the page fits every width", async () => {
  await ask("create me a simple Python calculator");
  await run();
  await shows(/>$/);
  await inEveryWidth(page, async (width) => {
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `at ${width} px the page is ${overflow} px too wide`);
    const cut = await page.locator("runtray-terminal").evaluate((element) => element.shadowRoot!.querySelector(".toolbar")!.scrollWidth > element.clientWidth);
    assert.ok(!cut, `the toolbar is cut at ${width} px`);
  });
});
