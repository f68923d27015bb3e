// Short messages at the window's foot: what was done, and what could not be.

import { failure } from "../backend";
import { say, sentence } from "../i18n/index.svelte";

export interface Toast {
  id: number;
  text: string;
  problem: boolean;
  /** Whether the settings file is what has to be mended. */
  file: boolean;
}

const SHOWN_MS = 4000;
/** The code of a change that was refused because the settings file has a mistake. */
export const BROKEN = "settings_broken";

class Toasts {
  list = $state<Toast[]>([]);
  #last = 0;

  /** Says that something was done; goes by itself. */
  say(text: string): void {
    const id = this.#add(text, false, false);
    setTimeout(() => this.dismiss(id), SHOWN_MS);
  }

  /** Says that something failed; stays until it is dismissed. */
  fail(error: unknown): void {
    const { code, said } = failure(error);
    this.#add(sentence(say(said)), true, code === BROKEN);
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

/** What the status shows as a problem, with what to do about it: once is enough. */
const SHOWN_AS_PROBLEM = ["not_started"];

/** Does `action`; what goes wrong becomes a toast, unless the status shows it. */
export async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!SHOWN_AS_PROBLEM.includes(failure(error).code)) toasts.fail(error);
    return undefined;
  }
}
