// Short messages at the bottom of the window about actions: a success passes by, a failure stays in the layout.

import { failure } from "../backend";
import { say, sentence } from "../i18n/index.svelte";

export interface Toast {
  id: number;
  text: string;
  problem: boolean;
  /** Whether the settings file must be repaired first. */
  file: boolean;
}

const SHOWN_MS = 4000;
/** The code of a change that was refused because the settings file has a mistake. */
export const BROKEN = "settings_broken";

class Toasts {
  list = $state<Toast[]>([]);
  #last = 0;

  /** Shows a success, which disappears by itself. */
  say(text: string): void {
    const id = this.#add(text, false, false);
    setTimeout(() => this.dismiss(id), SHOWN_MS);
  }

  /** Shows a failure, which stays until it is dismissed. */
  fail(error: unknown): void {
    const { code, localized } = failure(error);
    this.#add(sentence(say(localized)), true, code === BROKEN);
  }

  get successes(): Toast[] {
    return this.list.filter((toast) => !toast.problem);
  }

  get failures(): Toast[] {
    return this.list.filter((toast) => toast.problem);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #add(text: string, problem: boolean, file: boolean): number {
    this.#last += 1;
    const others = this.list.filter((toast) => toast.text !== text);
    this.list = [...others.slice(-2), { id: this.#last, text, problem, file }];
    return this.#last;
  }
}

export const toasts = new Toasts();

/** Failures that the status shows as a problem with a remedy, so that no toast is needed. */
const SHOWN_AS_PROBLEM = ["not_started"];

/** Runs `action` and shows its failure as a toast, unless the status shows it. */
export async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!SHOWN_AS_PROBLEM.includes(failure(error).code)) toasts.fail(error);
    return undefined;
  }
}
