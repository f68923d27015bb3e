// The settings in the file, and the mistake in each.

import { backend, failure } from "../backend";
import type { SettingsView, Words } from "../bindings";
import { resolve, say, sentence, setLanguage } from "../i18n/index.svelte";
import { attempt, BROKEN, toasts } from "./toasts.svelte";
import { theme } from "./theme.svelte";

class Settings {
  view = $state.raw<SettingsView | null>(null);
  /** The reason why the last change of a key was refused. */
  refused = $state<Record<string, string | Words>>({});
  /** How a number was read, if it could have been meant differently. */
  notes = $state<Record<string, string>>({});
  /** The last saved key, which shows a check mark for a moment. */
  saved = $state<string | null>(null);

  async load(): Promise<void> {
    const view = await attempt(() => backend().settings());
    if (view) this.take(view);
  }

  /** Takes new settings from the app. */
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

  /** The mistake in a key: of the refused change, otherwise of the file. */
  wrong(key: string): string | Words | null {
    return this.refused[key] ?? this.view?.problems.find((problem) => problem.key === key)?.localized ?? null;
  }

  /** The same as text, without a unit. */
  problem(key: string): string | null {
    const wrong = this.wrong(key);
    return wrong === null || typeof wrong === "string" ? wrong : sentence(say(wrong));
  }

  /** Changes one key, `null` for its default. Returns whether the change was accepted. */
  async change(key: string, value: unknown): Promise<boolean> {
    try {
      this.take(await backend().changeSettings({ [key]: value }));
      this.accept(key);
      return true;
    } catch (error) {
      const { code, localized, field } = failure(error);
      // The failure is about the file, not about the field.
      if (code === BROKEN) toasts.fail(error);
      this.refused[field ?? key] = localized;
      this.note(key, null);
      return false;
    }
  }

  refuse(key: string, wrong: string | Words): void {
    this.refused[key] = wrong;
    this.note(key, null);
  }

  /** Shows how the number of a key was read. */
  note(key: string, text: string | null): void {
    const { [key]: _gone, ...others } = this.notes;
    this.notes = text === null ? others : { ...others, [key]: text };
  }

  /** Forgets the mistake in a key. */
  accept(key: string): void {
    const { [key]: _gone, ...others } = this.refused;
    this.refused = others;
    this.note(key, null);
    this.saved = key;
  }
}

export const settings = new Settings();
