// Which rows the log shows, and how news comes into them.

import type { ExecutionSummary, Facets } from "../bindings";

/** What is asked for; an empty text asks for nothing. */
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

/** Whether a row belongs to the filter, the searched words aside: those are looked for in texts that are not here. */
export function matches(row: ExecutionSummary, { status, language, origin }: Filter): boolean {
  return [[status, row.status], [language, row.language], [origin, row.origin]].every(
    ([wanted, is]) => wanted === "" || wanted === is,
  );
}

/** The rows after `changes`, newest first: known ones are replaced where they stand, new ones come on top. */
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

/** The next page below `rows`, without what news has brought already. */
export function append(rows: ExecutionSummary[], page: ExecutionSummary[]): ExecutionSummary[] {
  const known = new Set(rows.map((row) => row.id));
  return [...rows, ...page.filter((row) => !known.has(row.id))];
}

/**
 * Of the rows that were read before, those that go on below a newest page that was asked for again: none when the page is the
 * whole answer, or when so much is new that rows between the two are not known.
 */
export function below(rows: ExecutionSummary[], page: { items: ExecutionSummary[]; next: string | null }): ExecutionSummary[] {
  const oldest = page.items.at(-1)?.id;
  const meets = rows.some((row) => row.id === oldest);
  return page.next === null || oldest === undefined || !meets ? [] : rows.filter((row) => row.id < oldest);
}

/** What the filters offer after `changes`, of which `added` are new. */
export function widen(facets: Facets, changes: ExecutionSummary[], added: number): Facets {
  const languages = new Set([...facets.languages, ...changes.map((row) => row.language)]);
  const origins = new Set([...facets.origins, ...changes.map((row) => row.origin)]);
  return { languages: [...languages].sort(), origins: [...origins].sort(), total: facets.total + added };
}

/** Ids are ULIDs: their order is that of the beginnings. */
function laid(fresh: ExecutionSummary[], kept: ExecutionSummary[]): ExecutionSummary[] {
  const newestFirst = (a: ExecutionSummary, b: ExecutionSummary) => (a.id < b.id ? 1 : -1);
  fresh.sort(newestFirst);
  const newest = kept[0]?.id ?? "";
  const rows = [...fresh, ...kept];
  return fresh.every((row) => row.id > newest) ? rows : rows.sort(newestFirst);
}
