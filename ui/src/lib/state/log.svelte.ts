// The log as far as it was read: rows newest first, the filter, and the execution that is open.
//
// The list is live. What begins and ends is gathered for a frame and laid in at once, so that a thousand runs a second
// cost one new list a frame.

import { backend } from "../backend";
import type { Execution, ExecutionsQuery, Facets, Summary } from "../bindings";
import { notices } from "./notices.svelte";
import { append, matches, merge, widen, type Filter } from "./rows";

const PAGE = 500;
const SEARCH_PAUSE_MS = 200;

class Log {
  filter = $state<Filter>({ q: "", status: "", language: "", origin: "" });
  rows = $state.raw<Summary[]>([]);
  total = $state(0);
  /** Whether the first page is there. */
  loaded = $state(false);
  loading = $state(false);
  /** Whether the last change put rows on top. */
  prepended = $state(false);
  facets = $state.raw<Facets>({ languages: [], origins: [], total: 0 });
  /** The chosen row, and everything about it as soon as that is there. */
  chosen = $state<string | null>(null);
  opened = $state.raw<Execution | null>(null);
  #next: string | null = null;
  #question = 0;
  #changes: Summary[] = [];
  /** What changed since the page that is under way was asked for: it may not be in there. */
  #meanwhile: Summary[] = [];
  #frame = 0;
  #searching: ReturnType<typeof setTimeout> | undefined;

  get filtered(): boolean {
    return Object.values(this.filter).some((value) => value !== "");
  }

  query(): ExecutionsQuery {
    return Object.fromEntries(Object.entries(this.filter).filter(([, value]) => value !== ""));
  }

  /** Asks for the first page anew, and for what the filters offer. */
  async reload(): Promise<void> {
    await Promise.all([this.#load(undefined), this.#loadFacets()]);
  }

  /** Asks for the next page, unless it is under way or there is none. */
  async more(): Promise<void> {
    if (this.#next !== null && !this.loading) await this.#load(this.#next);
  }

  set(change: Partial<Filter>): void {
    Object.assign(this.filter, change);
    clearTimeout(this.#searching);
    this.#searching = setTimeout(() => void this.#load(undefined), "q" in change ? SEARCH_PAUSE_MS : 0);
  }

  clearFilter(): void {
    this.set({ q: "", status: "", language: "", origin: "" });
  }

  async open(id: string | null): Promise<void> {
    this.chosen = id;
    if (id === null) this.opened = null;
    else await this.#loadOpened(id);
  }

  /** Takes an execution that began or ended. */
  changed(execution: Summary): void {
    this.#changes.push(execution);
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Lays in what was gathered. */
  flush(): void {
    this.#frame = 0;
    const changes = this.#changes.splice(0);
    if (this.loading) this.#meanwhile.push(...changes);
    if (!this.loaded) return;
    if (this.filter.q !== "") this.set({ q: this.filter.q });
    else this.#lay(changes);
    if (changes.some(({ id }) => id === this.chosen) && this.chosen) void this.#loadOpened(this.chosen);
  }

  cleared(): void {
    void this.open(null);
    void this.reload();
  }

  #lay(changes: Summary[]): void {
    const merged = merge(this.rows, changes, (row) => matches(row, this.filter));
    this.prepended = merged.added > 0;
    this.total += merged.added - merged.removed;
    this.facets = widen(this.facets, changes, merged.added);
    this.rows = merged.rows;
  }

  async #load(before: string | undefined): Promise<void> {
    const question = (this.#question += 1);
    this.loading = true;
    this.#meanwhile = [];
    try {
      const page = await backend().executions({ limit: PAGE, ...this.query(), ...(before ? { before } : {}) });
      if (question !== this.#question) return;
      this.prepended = false;
      this.rows = before ? append(this.rows, page.executions) : page.executions;
      this.total = page.total;
      this.#next = page.next;
      this.loaded = true;
      if (this.filter.q === "") this.#lay(this.#meanwhile.splice(0));
    } catch (error) {
      if (question === this.#question) notices.fail(error);
    } finally {
      if (question === this.#question) this.loading = false;
    }
  }

  async #loadFacets(): Promise<void> {
    try {
      this.facets = await backend().facets();
    } catch (error) {
      notices.fail(error);
    }
  }

  async #loadOpened(id: string): Promise<void> {
    try {
      const execution = await backend().execution(id);
      if (this.chosen === id) this.opened = execution;
    } catch (error) {
      notices.fail(error);
    }
  }
}

export const log = new Log();
