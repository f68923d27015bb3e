// The window's entry point: the backend, the theme, the first route, then the frame.

import "./styles/base.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { install } from "./lib/backend";
import { tauri } from "./lib/backend/tauri";
import { mendTag } from "./lib/i18n/tag";
import { attempt } from "./lib/state/toasts.svelte";
import { route } from "./lib/state/route.svelte";
import { settings } from "./lib/state/settings.svelte";
import { theme } from "./lib/state/theme.svelte";
import { follow } from "./lib/state/updates";
import { session } from "./lib/terminal/session.svelte";

async function begin(target: HTMLElement): Promise<void> {
  mendTag(navigator);
  if (import.meta.env.MODE !== "production" && !("__TAURI_INTERNALS__" in window)) {
    const { scene } = await import("./lib/backend/fake/scenes");
    install(scene(new URLSearchParams(location.search)));
  } else {
    install(tauri);
  }
  theme.begin();
  route.go(location.hash);
  await Promise.all([settings.load(), attempt(follow), attempt(() => session.follow())]);
  mount(App, { target });
}

// Prevent that properties are added to `Object.prototype`. Existing ones stay writable: xterm.js assigns a `toString` to objects,
// which Tauri's `freezePrototype` would forbid.
Object.preventExtensions(Object.prototype);

const target = document.getElementById("app");
if (target) void begin(target);
