// The whole window over a fake backend, for tests.

import { render } from "@testing-library/svelte";
import { tick } from "svelte";

import App from "../src/App.svelte";
import { install } from "../src/lib/backend";
import { FakeBackend } from "../src/lib/backend/fake";
import { log } from "../src/lib/state/log.svelte";
import { news } from "../src/lib/state/news.svelte";
import { toasts } from "../src/lib/state/toasts.svelte";
import { route } from "../src/lib/state/route.svelte";
import { service } from "../src/lib/state/service.svelte";
import { settings } from "../src/lib/state/settings.svelte";
import { figures } from "../src/lib/state/statistics.svelte";
import { follow } from "../src/lib/state/updates";
import { session } from "../src/lib/terminal/session.svelte";

/** Resets the stores after earlier tests. */
function reset(): void {
  service.status = null;
  news.now = null;
  settings.view = null;
  settings.refused = {};
  settings.saved = null;
  figures.now = null;
  toasts.list = [];
  log.filter = { q: "", status: "", language: "", origin: "" };
  log.rows = [];
  log.loaded = false;
  log.chosen = null;
  log.opened = null;
}

/** Opens the window at route `where`, after `prepare` has configured the backend. */
export async function openWindow(where: string, prepare: (backend: FakeBackend) => void = () => {}): Promise<FakeBackend> {
  reset();
  const backend = new FakeBackend();
  backend.view.values["desktop.language"] = "en";
  prepare(backend);
  install(backend);
  route.go(where);
  await settings.load();
  await follow();
  await session.follow();
  render(App);
  await tick();
  return backend;
}
