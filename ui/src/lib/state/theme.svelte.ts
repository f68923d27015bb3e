// Light or dark: the system's choice, or the user's.

const REMEMBERED = "runtray.theme";

export type ThemeChoice = "system" | "light" | "dark";

class Theme {
  /** The theme in effect. */
  applied = $state<"light" | "dark">("light");
  #choice: ThemeChoice = "system";
  #system = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

  /** Applies the last known choice before the settings are loaded, so that the window does not flash. */
  begin(): void {
    this.#system?.addEventListener("change", () => this.#apply());
    this.choose(localStorage.getItem(REMEMBERED) ?? "system");
  }

  choose(choice: unknown): void {
    this.#choice = choice === "light" || choice === "dark" ? choice : "system";
    localStorage.setItem(REMEMBERED, this.#choice);
    this.#apply();
  }

  #apply(): void {
    const system = this.#system?.matches ? "dark" : "light";
    this.applied = this.#choice === "system" ? system : this.#choice;
    document.documentElement.dataset.theme = this.applied;
  }
}

export const theme = new Theme();
