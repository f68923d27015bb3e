// A fake backend: for tests, for a plain browser, and for the pictures in the documentation.

import type { Backend, Changes } from "..";
import type {
  About, AssistantAction, AssistantsView, AssistantView, ConsoleUpdate, ExecutionsQuery, ExecutionView, ExportFormat, Facets, Failure, Language, LogPage, NetworkAnswer, NetworkQuestion, NewVersion, PackProgress, Packs,
  Python, Selection, Update, VersionNews,
} from "../../bindings";
import * as data from "./data";
import { FakeConsole } from "./terminal";

export class FakeBackend implements Backend {
  readonly now = Date.now();
  status = data.status(this.now);
  view = data.settings();
  log: ExecutionView[] = [];
  busy = true;
  login = false;
  pythonList: Python[] = data.PYTHONS;
  packages: Packs = { packages: [data.pack("tabulate", true)], bytes: 190_000 };
  news: VersionNews = { installed: "0.1.0", has_feed: true, advice: null, step: { kind: "unknown" } };
  /** The version that a search finds; `null`: the installed one is the newest. */
  newVersion: NewVersion | null = null;
  assistantsView: AssistantsView = data.ASSISTANTS;
  /** The calls that copied, opened, exported or cancelled something. */
  readonly done: string[] = [];
  readonly console = new FakeConsole();
  /** The executions that were run again. */
  readonly again: unknown[] = [];
  #listener: ((update: Update) => void) | null = null;

  fill(count: number): this {
    this.log = Array.from({ length: count }, (_, index) => data.execution(index, this.now, index * 23 + 4));
    return this;
  }

  tell(update: Update): void {
    this.#listener?.(update);
  }

  /** Tells of a step of an update. */
  step(step: VersionNews["step"]): void {
    this.news = { ...this.news, step };
    this.tell({ kind: "news", news: this.news });
  }

  async follow(listener: (update: Update) => void): Promise<void> {
    this.#listener = listener;
    this.#tellStatus();
  }

  async startService(): Promise<void> {
    this.#set({ state: "running" });
  }

  async stopService(): Promise<void> {
    this.#set({ state: "stopped", running: 0, now: [] });
  }

  async restartService(): Promise<void> {
    this.view = { ...this.view, restart_needed: [] };
    this.tell({ kind: "settings", settings: this.view });
    this.#set({ state: "running", problems: [], reason: null });
  }

  async usePort(port: number): Promise<void> {
    this.#set({ state: "running", problems: [], reason: null, url: `http://localhost:${port}` });
  }

  async cancelExecution(id: string): Promise<void> {
    this.done.push(`cancel ${id}`);
    this.#set({ now: this.status.now.filter((run) => run.id !== id), running: 0 });
  }

  async executions(query: ExecutionsQuery): Promise<LogPage> {
    const { limit = 50, before, ...filter } = query;
    const all = this.log.filter((one) => wanted(one, filter));
    const from = before ? all.findIndex((one) => one.id < before) : 0;
    const page = from < 0 ? [] : all.slice(from, from + limit);
    const next = all.length > from + limit ? (page.at(-1)?.id ?? null) : null;
    return { items: page.map(data.summary), next, total: all.length };
  }

  async execution(id: string): Promise<ExecutionView> {
    const found = this.log.find((one) => one.id === id);
    if (!found) throw { code: "not_found", message: "This run is no longer in the log." };
    return found;
  }

  async facets(): Promise<Facets> {
    const unique = (values: string[]) => [...new Set(values)].sort();
    return {
      languages: unique(this.log.map((one) => one.language)),
      origins: unique(this.log.map((one) => one.origin)),
      total: this.log.length,
    };
  }

  async exportExecutions(format: ExportFormat): Promise<string> {
    this.done.push(`export ${format}`);
    return `/home/ada/runtray.${format}`;
  }

  async selectExecutions(query: ExecutionsQuery): Promise<Selection> {
    const ended = this.log.filter((one) => one.status !== "running" && wanted(one, query));
    const running = this.log.filter((one) => one.status === "running").map((one) => one.id);
    return { query, upto: this.log[0]?.id ?? null, except: running, count: ended.length };
  }

  async deleteExecutions({ query, upto, except }: Selection): Promise<number> {
    const gone = (one: ExecutionView) => wanted(one, query) && upto !== null && one.id <= upto && !except.includes(one.id);
    const before = this.log.length;
    this.log = this.log.filter((one) => !gone(one));
    return before - this.log.length;
  }

  statistics = async () => data.statistics(this.now, this.busy);
  pythons = async () => this.pythonList;

  async testPython(path: string) {
    const python = this.pythonList.find((one) => one.path === path);
    if (!python || python.problem) {
      throw { code: "invalid", message: python?.problem ?? `${path} is a folder, not a program.`, field: "python" };
    }
    return { ok: true as const, name: python.name, version: python.version, starts_in_ms: 11 };
  }

  noPackages: Failure | null = null;

  async packs(): Promise<Packs> {
    if (this.noPackages) throw this.noPackages;
    return this.packages;
  }

  /** How the change of packages that is being made ends. */
  #cancel: (() => void) | null = null;

  async addPack(name: string, progress: (step: PackProgress) => void): Promise<Packs> {
    if (name === "numpy") throw data.native(name);
    progress({ step: "download", name, done: 120_000, total: 310_000 });
    if (name === "large") {
      await new Promise<void>((resolve) => (this.#cancel = resolve));
      throw { code: "packs", message: "Cancelled.", localized: { code: "app.packs_cancelled", values: {}, text: "this was cancelled" } };
    }
    const packages = [...this.packages.packages, data.pack(name, true), data.pack(`${name}-core`, false)];
    return (this.packages = { packages, bytes: this.packages.bytes + 1_400_000 });
  }

  async removePack(name: string): Promise<Packs> {
    const packages = this.packages.packages.filter((pack) => !pack.name.startsWith(name));
    return (this.packages = { packages, bytes: packages.length * 190_000 });
  }

  cancelPacks = async () => this.#cancel?.();

  browsePython = async (): Promise<string | null> => "/srv/pythons";

  async languages(): Promise<Language[]> {
    const node = { aliases: [], runtime: "Node.js v24.1.0", version: "24.1.0", path: "/usr/bin/node", available: true, detail: "" };
    const python = { aliases: ["py"], runtime: "CPython 3.13.1", version: "3.13.1", path: data.PYTHONS[0]?.path ?? null };
    const values = { name: "deno" };
    const reason = { code: "language.not_on_path", values, text: "`deno` is not on PATH; install it, or give its whole path in the settings" };
    return [
      { language: "python", ...python, available: true, detail: "" },
      { language: "javascript", ...node },
      { language: "typescript", ...node, runtime: null, available: false, detail: reason.text, reason },
    ];
  }

  assistants = async () => this.assistantsView;
  openAssistant = async (id: string) => void this.done.push(`open ${id}`);
  planAssistant = async (id: string, action: AssistantAction) => data.change(this.#assistant(id), action);

  async applyAssistant(id: string, action: AssistantAction, basis: string) {
    this.done.push(`${action} ${id} ${basis}`);
    const state: AssistantView["state"] = action === "connect" ? "connected" : "absent";
    const changed = { ...this.#assistant(id), state, can_undo: action === "connect" };
    const assistants = this.assistantsView.assistants.map((one) => (one.id === id ? changed : one));
    return (this.assistantsView = { ...this.assistantsView, assistants });
  }

  examine = async () => data.examination();

  settings = async () => this.view;

  async changeSettings(changes: Changes) {
    const values = { ...this.view.values };
    for (const [key, value] of Object.entries(changes)) {
      if (key === "port" && (Number(value) < 0 || Number(value) > 65_535)) {
        throw refused(key, "setting.count", { least: "0", most: "65535", written: String(value) });
      }
      const longest = Number(this.view.values["limits.max_timeout_ms"]);
      if (key === "limits.timeout_ms" && Number(value) > longest) {
        throw refused(key, "setting.timeout_above", { limit: String(longest) });
      }
      const relative = ["sandbox.read", "sandbox.write"].includes(key) && (value as string[] | null)?.find((folder) => !folder.startsWith("/"));
      if (relative) throw refused(key, "setting.folder_relative", { written: relative });
      values[key] = value ?? this.view.defaults[key];
    }
    const restart = "port" in changes ? ["port"] : [];
    this.view = { ...this.view, values, restart_needed: [...new Set([...this.view.restart_needed, ...restart])] };
    this.tell({ kind: "settings", settings: this.view });
    return this.view;
  }

  async allowOrigin(origin: string): Promise<void> {
    if (!/^https?:\/\/[^/]+$/.test(origin)) {
      throw { code: "invalid", message: `“${origin}” is not an address of a web page such as http://localhost:3000.`, field: "allowed_origins" };
    }
    this.#origins([...this.status.allowed_origins, origin], this.status.denied_origins, origin);
  }

  async denyOrigin(origin: string): Promise<void> {
    this.#origins(this.status.allowed_origins, [...this.status.denied_origins, origin], origin);
  }

  async revokeOrigin(origin: string): Promise<void> {
    const without = (origins: string[]) => origins.filter((one) => one !== origin);
    this.#origins(without(this.status.allowed_origins), without(this.status.denied_origins), origin);
  }

  async answerNetwork(id: string, answer: NetworkAnswer): Promise<void> {
    const asked = this.status.network_questions.find((one) => one.id === id);
    if (!asked) throw { code: "no_question", message: "This program does not wait for an answer any more." };
    this.done.push(`${answer} ${id}`);
    const key = { always: "sandbox.network_always", never: "sandbox.network_never", once: null, without: null }[answer];
    if (key !== null) await this.changeSettings({ [key]: [...(this.view.values[key] as string[]), asked.caller] });
    const isLeft = ({ id: other, caller }: NetworkQuestion) => (key === null ? other !== id : caller !== asked.caller);
    this.#set({ network_questions: this.status.network_questions.filter(isLeft) });
  }

  autostart = async () => this.login;
  setAutostart = async (on: boolean) => (this.login = on);

  token = async () => (this.view.values["require_token"] === true ? "kT3mQ9x-made-up-token" : null);

  followConsole = async (_window: string, listener: (update: ConsoleUpdate) => void) => this.console.follow(listener);
  acknowledgeConsole = (_window: string, pieces: number) => void (this.console.acknowledged += pieces);
  runInConsole = async (message: string) => this.console.run(message);
  tellConsole = async (message: string) => this.console.tell(message);
  killInConsole = async () => this.console.kill();

  async runAgain(message: string): Promise<string> {
    this.again.push(JSON.parse(message));
    return "01JAGAIN";
  }

  dismissWelcome = async () => this.#set({ welcome: false });
  openFolder = async (which: string) => void this.done.push(`open ${which}`);
  about = async (): Promise<About> => ({
    version: "0.1.0",
    commit: "0123abc",
    built_in_python: "3.14.0",
    has_notices: true,
    diagnostics: "Runtray 0.1.0 (0123abc)",
  });
  versionNews = async () => this.news;
  lookForUpdate = async () => this.step(this.newVersion ? { kind: "found", found: this.newVersion } : { kind: "newest" });
  installUpdate = async (version: string) => void this.done.push(`install ${version}`);
  copy = async (text: string) => void this.done.push(`copy ${text}`);

  quit = async () => void this.done.push("quit");

  #assistant(id: string): AssistantView {
    const found = this.assistantsView.assistants.find((one) => one.id === id);
    if (!found) throw { code: "assistant", message: `${id} was not found on this machine.` };
    return found;
  }

  #origins(allowed_origins: string[], denied_origins: string[], answered: string): void {
    const values = { ...this.view.values, allowed_origins };
    this.view = { ...this.view, values };
    this.tell({ kind: "settings", settings: this.view });
    const pending_origins = this.status.pending_origins.filter((one) => one.origin !== answered);
    this.#set({ allowed_origins, denied_origins, pending_origins });
  }

  #set(change: Partial<typeof this.status>): void {
    this.status = { ...this.status, ...change };
    this.#tellStatus();
  }

  #tellStatus(): void {
    this.tell({ kind: "status", status: this.status });
  }
}

function refused(field: string, code: string, values: Record<string, string>): Failure {
  const text = `refused: ${code}`;
  return { code: "invalid_setting", message: text, localized: { code, values, text }, field };
}

function wanted(one: ExecutionView, { status, language, origin, q }: ExecutionsQuery): boolean {
  const text = `${one.code}\n${one.output}\n${one.error}`.toLowerCase();
  const words = (q ?? "").toLowerCase().split(/\s+/);
  return (
    (!status || one.status === status) &&
    (!language || one.language === language) &&
    (!origin || one.origin === origin) &&
    words.every((word) => text.includes(word))
  );
}
