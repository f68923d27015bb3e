// The log as far as it was read: rows newest first, the filter, and the execution that is open.
//
// The list is live. What begins and ends is gathered for a frame and laid in at once, so that a thousand runs a second
// cost one new list a frame.

import { backend } from "../backend";
import type { ExecutionsQuery, ExecutionSummary, ExecutionView, Facets } from "../bindings";
import { toasts } from "./toasts.svelte";
import { append, below, matches, merge, widen, type Filter } from "./rows";

const PAGE = 500;
/** How long typing must rest before the search runs. */
const SEARCH_PAUSE_MS = 200;
/** How long a search stands, at least, before runs that arrived have it asked again. */
const RENEW_PAUSE_MS = 500;

class Log {
  filter = $state<Filter>({ q: "", status: "", language: "", origin: "" });
  rows = $state.raw<ExecutionSummary[]>([]);
  total = $state(0);
  /** Whether the first page is there. */
  loaded = $state(false);
  loading = $state(false);
  /** Whether the last change put rows on top. */
  prepended = $state(false);
  facets = $state.raw<Facets>({ languages: [], origins: [], total: 0 });
  /** The chosen row, and everything about it as soon as that is there. */
  chosen = $state<string | null>(null);
  opened = $state.raw<ExecutionView | null>(null);
  #next: string | null = null;
  #question = 0;
  #changes: ExecutionSummary[] = [];
  /** What changed since the page that is under way was asked for: it may not be in there. */
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

  /** Takes an execution that began or ended. */
  changed(execution: ExecutionSummary): void {
    this.#changes.push(execution);
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Lays in what was gathered. */
  flush(): void {
    this.#frame = 0;
    const changes = this.#changes.splice(0);
    if (this.loading) this.#meanwhile.push(...changes);
    if (!this.loaded) return;
    if (this.filter.q === "") this.#lay(changes);
    else if (changes.length > 0) this.#renewSoon();
    if (changes.some(({ id }) => id === this.chosen) && this.chosen) void this.#loadOpened(this.chosen);
  }

  /** Reads anew what is left after entries were deleted; the open one is closed when it is gone. */
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
   * Asks the search again, because only the service can tell whether new runs match. The pause is never begun anew: runs that
   * keep arriving cannot put it off. The user's own change of the search comes first and shows them too.
   */
  #renewSoon(): void {
    this.#renewing ??= setTimeout(() => {
      this.#renewing = undefined;
      if (this.filter.q === "" || this.#searching !== undefined) return;
      // An answer that is on its way is waited for: asking anew each time would discard every answer.
      if (this.loading) this.#renewSoon();
      else void this.#renew();
    }, RENEW_PAUSE_MS);
  }

  /** Takes the newest page of the search over what was read already, so that the list keeps its place. */
  async #renew(): Promise<void> {
    const question = this.#question;
    try {
      const page = await backend().executions({ limit: PAGE, ...this.query() });
      if (question !== this.#question || this.#searching !== undefined) return;
      const older = below(this.rows, page);
      this.prepended = page.items[0]?.id !== this.rows[0]?.id;
      this.rows = [...page.items, ...older];
      this.total = page.total;
      // What was read further down stays, and with it the place where reading goes on.
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
