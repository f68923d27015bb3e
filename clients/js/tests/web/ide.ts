// The Next.js example in production mode, the real service and a browser.
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Browser, Page } from "playwright-core";

import { Service, eventually, freePort } from "../service.ts";
import { launch } from "./browser.ts";

const FOLDER = fileURLToPath(new URL("../../../../examples/next-ide", import.meta.url));
/** A Python with matplotlib, which `cargo xtask web --test` makes. */
export const PYTHON = process.env["RUNTRAY_TEST_PYTHON"];
/** A folder that programs may read: the tests make files in it that programs wait for. */
export const MARKERS = join(process.cwd(), "dist/markers");
/** A machine that compiles beside this is slow. */
export const WAIT = { timeout: 90_000 };

/** The example page, served in production mode. */
export class Example {
  readonly origin: string;
  readonly #next: ChildProcess;

  private constructor(origin: string, next: ChildProcess) {
    this.origin = origin;
    this.#next = next;
  }

  /** Builds the page for a service on this port. */
  static build(port: number): void {
    execFileSync("npm", ["run", "build"], { cwd: FOLDER, env: environment(port), stdio: ["ignore", "ignore", "inherit"] });
  }

  /** The service's port that the page was last built for. */
  static async builtFor(): Promise<number | undefined> {
    const manifest = await readFile(join(FOLDER, ".next/routes-manifest.json"), "utf8").catch(() => "");
    return Number(/"destination":\s*"http:\/\/localhost:(\d+)\//.exec(manifest)?.[1]) || undefined;
  }

  /** Serves the page that was built for a service on this port. */
  static async serve(port: number): Promise<Example> {
    const own = await freePort();
    const origin = `http://localhost:${own}`;
    const program = join(FOLDER, "node_modules/next/dist/bin/next");
    const next = spawn(process.execPath, [program, "start", "--port", String(own)], { cwd: FOLDER, env: environment(port), stdio: "ignore" });
    const answers = () => fetch(`${origin}/ide`).then((response) => response.ok, () => false);
    await eventually("the page is served", answers, WAIT.timeout);
    return new Example(origin, next);
  }

  /** Opens it in a context of its own, ready to run programs. */
  async open(browser: Browser): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${this.origin}/ide`);
    await page.waitForFunction(() => customElements.get("runtray-terminal"), undefined, WAIT);
    await page.locator("button.primary:enabled").waitFor(WAIT);
    return page;
  }

  end(): void {
    this.#next.kill();
  }
}

function environment(port: number): NodeJS.ProcessEnv {
  return { ...process.env, RUNTRAY_URL: `http://localhost:${port}`, NEXT_TELEMETRY_DISABLED: "1" };
}

/** All that a person needs who opens `/ide`. */
export class Ide {
  readonly service: Service;
  readonly browser: Browser;
  readonly #example: Example;

  private constructor(service: Service, browser: Browser, example: Example) {
    this.service = service;
    this.browser = browser;
    this.#example = example;
  }

  static async start(): Promise<Ide> {
    // A port that was built in, for working on these tests.
    const built = Number(process.env["RUNTRAY_TEST_IDE_PORT"] ?? 0);
    const port = built || (await freePort());
    if (!built) Example.build(port);
    await mkdir(MARKERS, { recursive: true });
    const example = await Example.serve(port);
    return new Ide(await Service.start(settings([example.origin]), port), await launch(), example);
  }

  /** The page's origin, which the service allows. */
  get origin(): string {
    return this.#example.origin;
  }

  /** A page in a context of its own, ready to run programs. */
  open(): Promise<Page> {
    return this.#example.open(this.browser);
  }

  async end(): Promise<void> {
    this.#example.end();
    await this.browser.close();
    await this.service.end();
  }
}

/** Settings of the service that allow these origins. */
export function settings(origins: string[]): string {
  const tables = [`[sandbox]\nread = [${JSON.stringify(MARKERS)}]\n`];
  if (PYTHON) tables.push(`[python]\npath = ${JSON.stringify(PYTHON)}\n`);
  return `allowed_origins = ${JSON.stringify(origins)}\n${tables.join("")}`;
}

/** What the terminal shows. */
export const terminalText = (page: Page) => page.evaluate(() => document.querySelector("runtray-terminal")?.text ?? "");

/** Writes a program into the editor in place of what is there. */
export async function write(page: Page, code: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  // As pasted: the editor would indent typed lines by itself.
  await page.keyboard.insertText(code);
}

/** A folder for pictures to look at, if they are wanted. */
const PICTURES = process.env["RUNTRAY_WEB_PICTURES"];
/** The widths, in CSS pixels, that pages must fit. */
export const WIDTHS = [400, 760, 1200, 1600];
const HEIGHT = 900;

/** Shows the page in every width. The page is then as wide as before. */
export async function inEveryWidth(page: Page, look: (width: number) => Promise<void>): Promise<void> {
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    await look(width);
  }
  if (before) await page.setViewportSize(before);
}

/** Takes pictures in every width, light and dark, if pictures are wanted. */
export async function photograph(page: Page, name: string): Promise<void> {
  if (!PICTURES) return;
  await inEveryWidth(page, async (width) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      // A narrow page has the terminal below the editor.
      await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`), fullPage: width < 1000 });
    }
  });
  await page.emulateMedia({ colorScheme: null });
}

export const run = (page: Page) => page.getByRole("button", { name: "Run", exact: true }).click();
