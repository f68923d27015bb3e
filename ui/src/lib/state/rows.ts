// The rows of the log, and merging new executions into them.

import type { ExecutionSummary, Facets } from "../bindings";

/** A filter; an empty text filters nothing. */
export interface Filter {
  q: string;
  status: string;
  language: string;
  origin: string;
}

export interface Merged {
  rows: ExecutionSummary[];
  added: number;
  removed: number;
}

/** Whether a row matches the filter, apart from the search: the searched texts are not available here. */
export function matches(row: ExecutionSummary, { status, language, origin }: Filter): boolean {
  return [[status, row.status], [language, row.language], [origin, row.origin]].every(
    ([wanted, is]) => wanted === "" || wanted === is,
  );
}

/** The rows after `changes`, newest first: known rows are replaced in place, new ones are added at the top. */
export function merge(rows: ExecutionSummary[], changes: ExecutionSummary[], wanted: (row: ExecutionSummary) => boolean): Merged {
  const latest = new Map(changes.map((change) => [change.id, change]));
  const known = new Set<string>();
  const kept: ExecutionSummary[] = [];
  for (const row of rows) {
    const change = latest.get(row.id);
    if (change) known.add(row.id);
    if (!change || wanted(change)) kept.push(change ?? row);
  }
  const fresh = [...latest.values()].filter((change) => !known.has(change.id) && wanted(change));
  return { rows: laid(fresh, kept), added: fresh.length, removed: rows.length - kept.length };
}

/** The next page below `rows`, without rows that are already known. */
export function append(rows: ExecutionSummary[], page: ExecutionSummary[]): ExecutionSummary[] {
  const known = new Set(rows.map((row) => row.id));
  return [...rows, ...page.filter((row) => !known.has(row.id))];
}

/**
 * The loaded rows that continue below a newest page: none if the page is the whole answer, or if it has so many new rows that
 * some between the two may be missing.
 */
export function below(rows: ExecutionSummary[], page: { items: ExecutionSummary[]; next: string | null }): ExecutionSummary[] {
  const oldest = page.items.at(-1)?.id;
  const meets = rows.some((row) => row.id === oldest);
  return page.next === null || oldest === undefined || !meets ? [] : rows.filter((row) => row.id < oldest);
}

/** The filter options after `changes`, of which `added` are new. */
export function widen(facets: Facets, changes: ExecutionSummary[], added: number): Facets {
  const languages = new Set([...facets.languages, ...changes.map((row) => row.language)]);
  const origins = new Set([...facets.origins, ...changes.map((row) => row.origin)]);
  return { languages: [...languages].sort(), origins: [...origins].sort(), total: facets.total + added };
}

/** Ids are ULIDs, which sort by the time of the beginning. */
function laid(fresh: ExecutionSummary[], kept: ExecutionSummary[]): ExecutionSummary[] {
  const newestFirst = (a: ExecutionSummary, b: ExecutionSummary) => (a.id < b.id ? 1 : -1);
  fresh.sort(newestFirst);
  const newest = kept[0]?.id ?? "";
  const rows = [...fresh, ...kept];
  return fresh.every((row) => row.id > newest) ? rows : rows.sort(newestFirst);
}
