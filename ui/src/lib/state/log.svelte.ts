// The loaded part of the log: rows newest first, the filter, and the open execution.
//
// The list is live. Executions that begin or end are collected for a frame and merged together, so that a thousand runs a second
// create one new list per frame.

import { backend } from "../backend";
import type { ExecutionsQuery, ExecutionSummary, ExecutionView, Facets } from "../bindings";
import { toasts } from "./toasts.svelte";
import { append, below, matches, merge, widen, type Filter } from "./rows";

const PAGE = 500;
/** The pause in typing after which a search runs, in milliseconds. */
const SEARCH_PAUSE_MS = 200;
/** The minimum interval at which new executions repeat a search, in milliseconds. */
const RENEW_PAUSE_MS = 500;

class Log {
  filter = $state<Filter>({ q: "", status: "", language: "", origin: "" });
  rows = $state.raw<ExecutionSummary[]>([]);
  total = $state(0);
  /** Whether the first page is loaded. */
  loaded = $state(false);
  loading = $state(false);
  /** Whether the last change added rows at the top. */
  prepended = $state(false);
  facets = $state.raw<Facets>({ languages: [], origins: [], total: 0 });
  /** The chosen row, and its details once they are loaded. */
  chosen = $state<string | null>(null);
  opened = $state.raw<ExecutionView | null>(null);
  #next: string | null = null;
  #question = 0;
  #changes: ExecutionSummary[] = [];
  /** Changes since the pending page was requested, which it may not include. */
  #meanwhile: ExecutionSummary[] = [];
  #frame = 0;
  #searching: ReturnType<typeof setTimeout> | undefined;
  #renewing: ReturnType<typeof setTimeout> | undefined;

  get filtered(): boolean {
    return Object.values(this.filter).some((value) => value !== "");
  }

  query(): ExecutionsQuery {
    return Object.fromEntries(Object.entries(this.filter).filter(([, value]) => value !== ""));
  }

  /** Loads the first page and the filter options again. */
  async reload(): Promise<void> {
    await Promise.all([this.#load(undefined), this.#loadFacets()]);
  }

  /** Loads the next page, unless it is loading already or there is none. */
  async more(): Promise<void> {
    if (this.#next !== null && !this.loading) await this.#load(this.#next);
  }

  set(change: Partial<Filter>): void {
    Object.assign(this.filter, change);
    clearTimeout(this.#searching);
    this.#searching = setTimeout(() => {
      this.#searching = undefined;
      void this.#load(undefined);
    }, "q" in change ? SEARCH_PAUSE_MS : 0);
  }

  clearFilter(): void {
    this.set({ q: "", status: "", language: "", origin: "" });
  }

  async open(id: string | null): Promise<void> {
    this.chosen = id;
    if (id === null) this.opened = null;
    else await this.#loadOpened(id);
  }

  /** Adds an execution that began or ended. */
  changed(execution: ExecutionSummary): void {
    this.#changes.push(execution);
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Merges the collected changes. */
  flush(): void {
    this.#frame = 0;
    const changes = this.#changes.splice(0);
    if (this.loading) this.#meanwhile.push(...changes);
    if (!this.loaded) return;
    if (this.filter.q === "") this.#lay(changes);
    else if (changes.length > 0) this.#renewSoon();
    if (changes.some(({ id }) => id === this.chosen) && this.chosen) void this.#loadOpened(this.chosen);
  }

  /** Reloads after entries were deleted; the open execution is closed if it was among them. */
  cleared(): void {
    void this.reload();
    if (this.chosen) void this.#keepOpened(this.chosen);
  }

  async #keepOpened(id: string): Promise<void> {
    try {
      const execution = await backend().execution(id);
      if (this.chosen === id) this.opened = execution;
    } catch {
      if (this.chosen === id) void this.open(null);
    }
  }

  /**
   * Repeats the search, because only the service can tell whether new runs match. Later runs do not restart the pause, so they
   * cannot delay it for ever. A change of the search by the user runs first and shows them too.
   */
  #renewSoon(): void {
    this.#renewing ??= setTimeout(() => {
      this.#renewing = undefined;
      if (this.filter.q === "" || this.#searching !== undefined) return;
      // Wait for a pending answer: a new request for each change would discard every answer.
      if (this.loading) this.#renewSoon();
      else void this.#renew();
    }, RENEW_PAUSE_MS);
  }

  /** Merges the newest page of the search with the loaded rows, so that the list keeps its position. */
  async #renew(): Promise<void> {
    const question = this.#question;
    try {
      const page = await backend().executions({ limit: PAGE, ...this.query() });
      if (question !== this.#question || this.#searching !== undefined) return;
      const older = below(this.rows, page);
      this.prepended = page.items[0]?.id !== this.rows[0]?.id;
      this.rows = [...page.items, ...older];
      this.total = page.total;
      // Rows further down are kept, and the position where the next page begins.
      if (older.length === 0) this.#next = page.next;
    } catch (error) {
      if (question === this.#question) toasts.fail(error);
    }
  }

  #lay(changes: ExecutionSummary[]): void {
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
      this.rows = before ? append(this.rows, page.items) : page.items;
      this.total = page.total;
      this.#next = page.next;
      this.loaded = true;
      if (this.filter.q === "") this.#lay(this.#meanwhile.splice(0));
    } catch (error) {
      if (question === this.#question) toasts.fail(error);
    } finally {
      if (question === this.#question) this.loading = false;
    }
  }

  async #loadFacets(): Promise<void> {
    try {
      this.facets = await backend().facets();
    } catch (error) {
      toasts.fail(error);
    }
  }

  async #loadOpened(id: string): Promise<void> {
    try {
      const execution = await backend().execution(id);
      if (this.chosen === id) this.opened = execution;
    } catch (error) {
      toasts.fail(error);
    }
  }
}

export const log = new Log();
