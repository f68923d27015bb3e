// The settings: as the file has them, and what is wrong with each.

import { backend, failure } from "../backend";
import type { SettingsView } from "../bindings";
import { resolve, setLanguage } from "../i18n/index.svelte";
import { attempt, BROKEN, notices } from "./notices.svelte";
import { theme } from "./theme.svelte";

class Settings {
  view = $state.raw<SettingsView | null>(null);
  /** Why the last change of a key was not taken. */
  refused = $state<Record<string, string>>({});
  /** The key that was saved last, for a moment's tick. */
  saved = $state<string | null>(null);

  async load(): Promise<void> {
    const view = await attempt(() => backend().settings());
    if (view) this.take(view);
  }

  /** Takes what the program says the settings are now. */
  take(view: SettingsView): void {
    this.view = view;
    theme.choose(view.values["desktop.theme"]);
    setLanguage(resolve(view.values["desktop.language"], navigator.languages));
  }

  value(key: string): unknown {
    return this.view?.values[key] ?? this.view?.defaults[key];
  }

  isDefault(key: string): boolean {
    const { values = {}, defaults = {} } = this.view ?? {};
    return !(key in values) || JSON.stringify(values[key]) === JSON.stringify(defaults[key]);
  }

  waitsForRestart(key: string): boolean {
    return this.view?.restart_needed.includes(key) ?? false;
  }

  /** What is wrong with a key: the change that was refused, else what the file says. */
  problem(key: string): string | null {
    return this.refused[key] ?? this.view?.problems.find((problem) => problem.key === key)?.message ?? null;
  }

  /** Changes one key, `null` for its default; whether it was taken. */
  async change(key: string, value: unknown): Promise<boolean> {
    try {
      this.take(await backend().changeSettings({ [key]: value }));
      this.accept(key);
      return true;
    } catch (error) {
      const { code, message, field } = failure(error);
      // It is about the file and not about the field.
      if (code === BROKEN) notices.fail(error);
      this.refused[field ?? key] = message;
      return false;
    }
  }

  refuse(key: string, message: string): void {
    this.refused[key] = message;
  }

  /** Forgets what was wrong with a key. */
  accept(key: string): void {
    const { [key]: _gone, ...others } = this.refused;
    this.refused = others;
    this.saved = key;
  }
}

export const settings = new Settings();
