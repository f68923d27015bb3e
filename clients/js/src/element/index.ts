// `<runtray-terminal>`: a program, shown live and typed into.
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Terminal } from "@xterm/xterm";
import XTERM_STYLE from "@xterm/xterm/css/xterm.css";

import { NotApprovedError } from "../index.ts";
import type { ExecuteRequest, Finished, Runner, RunEvent, Session } from "../index.ts";
import { SmartRunner } from "../fallback/index.ts";
import type { Notice, Progress } from "../fallback/index.ts";
import STYLE from "./style.css";
import { theme } from "./theme.ts";
import { showFiles, view } from "./view.ts";
import type { View } from "./view.ts";

/** A server renders the element's tag, never the element. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * Attributes: `url` and `socket-url` of the service, `assets` for programs in the browser, `theme` (`light` or `dark`; else the
 * system's), `mode` (`terminal`, or `stream` for programs that are not typed into and that pass through a rewrite).
 * Events: `runtray-started`, `runtray-finished`, `runtray-notice`, `runtray-error`, each with a `detail`.
 */
export class RuntrayTerminal extends Base {
  #view: View | undefined;
  #terminal: Terminal | undefined;
  #fit: FitAddon | undefined;
  #search: SearchAddon | undefined;
  #observer: ResizeObserver | undefined;
  #runner: Runner | undefined;
  #session: Session | undefined;
  #abort: AbortController | undefined;
  /** Whether the notice asks for the user's approval. */
  #asks = false;
  readonly #onNotice = (event: Event) => this.#noticed((event as CustomEvent<Notice>).detail);
  readonly #onProgress = (event: Event) => this.#progressed((event as CustomEvent<Progress>).detail);
  readonly #dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
  readonly #onScheme = () => this.#applyTheme();

  static get observedAttributes(): string[] {
    return ["theme"];
  }

  /** What runs the programs. Without one of yours, it is made from the attributes. */
  get runner(): Runner {
    if (!this.#runner) {
      const given = (name: string) => this.getAttribute(name) ?? undefined;
      const options = { url: given("url"), socketUrl: given("socket-url"), assets: given("assets") };
      this.runner = new SmartRunner(JSON.parse(JSON.stringify(options)));
    }
    return this.#runner as Runner;
  }

  set runner(runner: Runner) {
    for (const target of [this.#runner, runner]) {
      if (!(target instanceof SmartRunner)) continue;
      const change = target === runner ? "addEventListener" : "removeEventListener";
      target[change]("notice", this.#onNotice);
      target[change]("progress", this.#onProgress);
    }
    this.#runner = runner;
  }

  connectedCallback(): void {
    if (!this.#view) this.#build();
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe((this.#view as View).terminal);
    this.#dark?.addEventListener("change", this.#onScheme);
    this.#applyTheme();
  }

  disconnectedCallback(): void {
    this.stop();
    this.#observer?.disconnect();
    this.#dark?.removeEventListener("change", this.#onScheme);
  }

  attributeChangedCallback(): void {
    this.#applyTheme();
  }

  /** Ends the program before, runs this one, and resolves with its end; with nothing when it could not be run. */
  async run(request: ExecuteRequest): Promise<Finished | undefined> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#begin();
    try {
      return await this.#follow(request, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) this.#failed(error as Error);
      return undefined;
    } finally {
      if (this.#abort === abort) this.#end();
    }
  }

  /** Ends the program, if one runs. */
  stop(): void {
    this.#session?.close();
    this.#abort?.abort();
    if (this.#abort) this.#say("Stopped");
    this.#end();
  }

  /** Empties the terminal. */
  clear(): void {
    // Resetting forgets the selection without erasing its mark.
    this.#terminal?.clearSelection();
    this.#terminal?.reset();
    if (this.#view) showFiles(this.#view.files, []);
  }

  /** The selected text, or all of it. */
  get text(): string {
    const terminal = this.#terminal;
    if (!terminal) return "";
    return terminal.hasSelection() ? terminal.getSelection() : shown(terminal);
  }

  /** Puts the keyboard into the terminal. */
  override focus(): void {
    this.#terminal?.focus();
  }

  async #follow(request: ExecuteRequest, signal: AbortSignal): Promise<Finished | undefined> {
    const options = { signal, approval: "wait" as const, onWaiting: (reason: Error) => this.#waiting(reason as NotApprovedError) };
    const { cols: columns, rows } = this.#terminal as Terminal;
    let run: AsyncIterable<RunEvent>;
    if (this.getAttribute("mode") === "stream") run = this.runner.stream(request, options);
    else run = this.#session = await this.runner.terminal({ ...request, terminal: { columns, rows } }, options);
    for await (const event of run) {
      signal.throwIfAborted();
      if (event.type === "started") this.#started(event.runtime);
      else if (event.type === "finished") return this.#finished(event);
      else await this.#print(event.data);
    }
    return undefined;
  }

  /** Resolves when it is shown, so that a fast program waits for the screen. */
  #print(text: string): Promise<void> {
    return new Promise((resolve) => this.#terminal?.write(text, resolve) ?? resolve());
  }

  #begin(): void {
    const { stop, notice } = this.#view as View;
    this.clear();
    stop.disabled = false;
    notice.hidden = true;
    this.#say("Starting");
    const isStream = this.getAttribute("mode") === "stream";
    Object.assign((this.#terminal as Terminal).options, { disableStdin: isStream, convertEol: isStream });
  }

  #started(runtime: string): void {
    this.#say(`Running: ${runtime}`);
    if (this.#asks && this.#view) this.#view.notice.hidden = true;
    this.#resize();
    this.#tell("started", { runtime });
  }

  #finished(finished: Finished): Finished {
    const { status, exit_code, runtime, duration_ms, files } = finished;
    const code = status === "failed" ? ` with exit code ${exit_code}` : "";
    this.#say(`${WORDS[status]}${code} after ${seconds(duration_ms)}: ${runtime}`);
    showFiles((this.#view as View).files, files);
    this.#tell("finished", finished);
    return finished;
  }

  #end(): void {
    this.#session = undefined;
    this.#abort = undefined;
    if (this.#view) this.#view.stop.disabled = true;
  }

  #failed(error: Error): void {
    this.#say("Not run");
    this.#warn(error.message);
    this.#tell("error", error);
  }

  #waiting(reason: NotApprovedError): void {
    this.#say("Waiting for your approval in Runtray");
    this.#warn(`${reason.message} The program then starts by itself.`);
    this.#asks = true;
    this.#tell("error", reason);
  }

  #noticed(notice: Notice): void {
    if (notice.where === "browser") {
      const reason = notice.reason ? `${notice.reason.message} ` : "";
      this.#warn(`${reason}This program runs in the browser: without your files and installed packages.`);
    } else if (this.#view) this.#view.notice.hidden = true;
    this.#tell("notice", notice);
  }

  #progressed({ loaded_bytes, total_bytes, done }: Progress): void {
    const percent = Math.round((100 * loaded_bytes) / total_bytes);
    this.#say(done ? "Starting Python in the browser" : `Loading Python into the browser, once: ${percent} %`);
  }

  #say(text: string): void {
    if (this.#view && this.#view.status.textContent !== text) this.#view.status.textContent = text;
  }

  #warn(text: string): void {
    const { notice } = this.#view as View;
    notice.textContent = text;
    notice.hidden = false;
    this.#asks = false;
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`runtray-${name}`, { detail, bubbles: true, composed: true }));
  }

  #build(): void {
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    for (const text of [XTERM_STYLE, STYLE]) {
      const sheet = document.createElement("style");
      sheet.textContent = text;
      root.append(sheet);
    }
    const parts = (this.#view = view(root));
    const font = 'ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace';
    const terminal = new Terminal({ fontFamily: font, fontSize: 13, screenReaderMode: true, scrollback: 5000 });
    this.#terminal = terminal;
    this.#fit = new FitAddon();
    this.#search = new SearchAddon();
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.#search);
    terminal.open(parts.terminal);
    terminal.onData((data) => this.#session?.write(data));
    terminal.onResize(({ cols, rows }) => this.#session?.resize(cols, rows));
    terminal.attachCustomKeyEventHandler((event) => this.#takesKey(event));
    this.#connect(parts);
  }

  #connect({ stop, copy, find, clear, search, query }: View): void {
    stop.onclick = () => this.stop();
    clear.onclick = () => this.clear();
    copy.onclick = async () => {
      const text = this.text;
      await navigator.clipboard.writeText(text).then(() => this.#say("Copied"), () => this.#say("The browser does not let this page copy"));
    };
    find.onclick = () => this.#showSearch(search.hidden);
    search.onsubmit = (event) => {
      event.preventDefault();
      const isFound = this.#search?.findNext(query.value);
      this.#say(isFound ? "Found" : "Not found");
    };
    search.onkeydown = (event) => {
      if (event.key === "Escape") this.#showSearch(false);
    };
  }

  #showSearch(isShown: boolean): void {
    const { search, find, query } = this.#view as View;
    search.hidden = !isShown;
    find.setAttribute("aria-expanded", String(isShown));
    if (isShown) query.focus();
    else find.focus();
  }

  /** Which keys are the terminal's. Shift+Tab always leaves it, Tab while nothing runs; Ctrl+Shift+C copies, Ctrl+Shift+F finds. */
  #takesKey(event: KeyboardEvent): boolean {
    if (event.key === "Tab" && (event.shiftKey || !this.#session)) return false;
    const command = event.ctrlKey && event.shiftKey ? event.key.toLowerCase() : "";
    if (command !== "c" && command !== "f") return true;
    event.preventDefault();
    if (event.type === "keydown") (command === "c" ? this.#view?.copy : this.#view?.find)?.click();
    return false;
  }

  #resize(): void {
    const { terminal } = this.#view as View;
    if (terminal.clientWidth > 40 && terminal.clientHeight > 40) this.#fit?.fit();
    // xterm draws the last selection again after a resize, even one that was cleared.
    if (!this.#terminal?.hasSelection()) this.#terminal?.clearSelection();
  }

  #applyTheme(): void {
    if (this.#terminal) this.#terminal.options.theme = theme(this);
  }
}

const WORDS: Record<Finished["status"], string> = {
  completed: "Finished",
  failed: "Failed",
  timeout: "Timed out",
  memory_limit: "Ended at the memory limit",
  output_limit: "Ended at the output limit",
  crashed: "Crashed",
  cancelled: "Stopped",
};

/** All text of the terminal; a line that it wrapped is one line. */
function shown({ buffer }: Terminal): string {
  let text = "";
  for (let row = 0; row < buffer.active.length; row++) {
    const isContinued = buffer.active.getLine(row + 1)?.isWrapped ?? false;
    text += buffer.active.getLine(row)?.translateToString(!isContinued) ?? "";
    if (!isContinued) text += "\n";
  }
  return text.trimEnd();
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

if (globalThis.customElements && !customElements.get("runtray-terminal")) customElements.define("runtray-terminal", RuntrayTerminal);

declare global {
  interface HTMLElementTagNameMap {
    "runtray-terminal": RuntrayTerminal;
  }
}
