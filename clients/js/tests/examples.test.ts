// The files of `examples/http`, each as a user would run it.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Service } from "./service.ts";
import { Site, launch } from "./web/browser.ts";

const FOLDER = fileURLToPath(new URL("../../../examples/http", import.meta.url));
/** A Python with requests and httpx, which `cargo xtask web --test` makes. */
const PYTHON = process.env["RUNTRAY_TEST_PYTHON"];
const noPython = !PYTHON && "RUNTRAY_TEST_PYTHON names no Python with requests and httpx";

let service: Service;
before(async () => (service = await Service.start()));
after(() => service.end());

/** What a program of the folder prints. */
async function output(program: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, RUNTRAY_URL: service.url };
  return (await promisify(execFile)(program, args, { cwd: FOLDER, env, timeout: 60_000 })).stdout;
}

test("Python with requests", { skip: noPython }, async () => {
  assert.equal(await output(PYTHON as string, "with_requests.py"), "completed 42\n0\n1\n2\ncompleted\n");
});

test("Python with httpx", { skip: noPython }, async () => {
  assert.equal(await output(PYTHON as string, "with_httpx.py"), "completed one\ncompleted TWO\n");
});

test("curl", async () => {
  const printed = await output("sh", "run.sh");
  assert.match(printed, /"output":"42\\n"/);
  assert.match(printed, /event: started[^]*data: \{"data":"0\\n"\}[^]*event: finished/);
  assert.match(printed, /"path":"out\.txt","size_bytes":4/);
});

for (const shell of ["pwsh", "powershell"]) {
  const isMissing = spawnSync(shell, ["-Version"]).error !== undefined;
  test(`PowerShell (${shell})`, { skip: isMissing && `${shell} is not installed; Debian has no package of it` }, async () => {
    assert.match(await output(shell, "-NoProfile", "-File", "run.ps1"), /^completed: hélloh/);
  });
}

test("a plain page", async () => {
  const site = await Site.start({}, FOLDER);
  await service.configure(`allowed_origins = ["${site.url}"]\n`);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`${site.url}/page.html?runtray=${encodeURIComponent(service.url)}`);
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("[completed]").waitFor({ timeout: 60_000 });
    assert.equal(await page.locator("#output").textContent(), "0\n1\n2\n[completed]");
    await service.stop();
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText(`Start Runtray and allow ${site.url} there`).waitFor({ timeout: 60_000 });
  } finally {
    await browser.close();
    site.end();
  }
});
