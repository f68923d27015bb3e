// Short messages at the window's foot: what was done, and what could not be.

import { failure } from "../backend";
import { say, sentence } from "../i18n/index.svelte";

export interface Notice {
  id: number;
  text: string;
  problem: boolean;
  /** Whether the settings file is what has to be mended. */
  file: boolean;
}

const SHOWN_MS = 4000;
/** The code of a change that was refused because the settings file has a mistake. */
export const BROKEN = "settings_broken";

class Notices {
  list = $state<Notice[]>([]);
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
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #add(text: string, problem: boolean, file: boolean): number {
    this.#last += 1;
    const others = this.list.filter((notice) => notice.text !== text);
    this.list = [...others.slice(-2), { id: this.#last, text, problem, file }];
    return this.#last;
  }
}

export const notices = new Notices();

/** What the status shows as a problem, with what to do about it: once is enough. */
const SHOWN_AS_PROBLEM = ["not_started"];

/** Does `action`; what goes wrong becomes a notice, unless the status shows it. */
export async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!SHOWN_AS_PROBLEM.includes(failure(error).code)) notices.fail(error);
    return undefined;
  }
}
