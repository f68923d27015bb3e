// The real service, in a folder of its own, for the tests of this folder and of the examples.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = process.env["RUNTRAY_TEST_PROGRAM"] ?? "";
const START_MS = 30_000;

/** A port that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Resolves when `condition` holds; fails after `ms`. */
export async function eventually(what: string, condition: () => Promise<boolean> | boolean, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`within ${ms} ms this did not come true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A service that can be stopped and started on one port. */
export class Service {
  readonly port: number;
  readonly home: string;
  /** The lines of its `settings.toml`. */
  settings: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, home: string, settings: string) {
    this.port = port;
    this.home = home;
    this.settings = settings;
  }

  static async start(settings = "", port?: number): Promise<Service> {
    if (!PROGRAM) throw new Error("RUNTRAY_TEST_PROGRAM must name the built `runtray`; `cargo xtask web --test` does that");
    const service = new Service(port ?? (await freePort()), await mkdtemp(join(tmpdir(), "runtray-web-")), settings);
    await service.start();
    return service;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts it and gives the milliseconds until it was healthy. */
  async start(): Promise<number> {
    await this.configure(this.settings);
    // In a container of its own a service that runs as root asks nobody for the token.
    const env = { ...process.env, RUNTRAY_HOME: this.home, RUNTRAY_CONTAINER: "1" };
    const begin = performance.now();
    this.#process = spawn(PROGRAM, ["serve", "--port", String(this.port)], { env, stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    this.#process.stderr?.on("data", (text) => (log += text));
    const isUp = () => fetch(`${this.url}/health`).then((response) => response.ok, () => false);
    await eventually(`the service answers: ${log}`, isUp, START_MS);
    return performance.now() - begin;
  }

  /** Starts it unless it runs. */
  async restore(): Promise<void> {
    if (!this.#process) await this.start();
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }

  /** Sends a signal to its process. */
  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  /** Writes its settings; a running service takes them over at once. */
  async configure(settings: string): Promise<void> {
    this.settings = settings;
    const folder = join(this.home, "config");
    await mkdir(folder, { recursive: true });
    // An empty settings file closes everything, because it may have lost its content.
    await writeFile(join(folder, "settings.toml"), `same_user_only = true\n${settings}`);
  }

  token(): Promise<string> {
    return readFile(join(this.home, "data", "token"), "utf8").then((text) => text.trim());
  }

  /** How the newest execution ended, or that it runs. */
  async newest(): Promise<string | undefined> {
    const { items } = (await (await fetch(`${this.url}/executions?limit=1`)).json()) as { items: { status: string }[] };
    return items[0]?.status;
  }

  /** How many executions the log has, of a few hundred at most; with `status` only of those. */
  async count(status?: string): Promise<number> {
    const query = status ? `&status=${status}` : "";
    const { items } = (await (await fetch(`${this.url}/executions?limit=200${query}`)).json()) as { items: unknown[] };
    return items.length;
  }

  async end(): Promise<void> {
    await this.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}
