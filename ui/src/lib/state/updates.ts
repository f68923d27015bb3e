// Passes the app's updates to the stores of the window.

import { backend } from "../backend";
import type { Update } from "../bindings";
import { log } from "./log.svelte";
import { news } from "./news.svelte";
import { route } from "./route.svelte";
import { service } from "./service.svelte";
import { settings } from "./settings.svelte";
import { figures } from "./statistics.svelte";

export function take(update: Update): void {
  switch (update.kind) {
    case "status":
      service.status = update.status;
      break;
    case "begun":
      log.changed(update.execution);
      break;
    case "ended":
      log.changed(update.execution);
      figures.soon();
      break;
    case "settings":
      settings.take(update.settings);
      break;
    case "cleared":
      log.cleared();
      figures.soon();
      break;
    case "news":
      news.now = update.news;
      break;
    case "show":
      route.go(update.route);
      break;
  }
}

/** Follows the app as long as the window exists. */
export function follow(): Promise<void> {
  return backend().follow(take);
}
