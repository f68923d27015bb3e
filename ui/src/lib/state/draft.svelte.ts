// The program in the Console's editor. It is stored on this machine, so that leaving the view or the window loses nothing.
//
// Opening another program never destroys a draft: the draft is stashed first and can be restored, even after the window was
// closed. The editor's own undo restores it too (`editing.ts`).

import { t } from "../i18n/index.svelte";
import { toasts } from "./toasts.svelte";

const KEPT = "runtray.draft";
/** The number of stashed drafts; older ones are deleted. */
const MOST_ASIDE = 20;

export interface Program {
  code: string;
  language: string;
}

interface Kept extends Program {
  /** The code of an opened program: while it is unchanged, it is not a draft of the user. */
  opened: string | null;
  /** Stashed drafts, the latest last. */
  aside: Program[];
}

const FIRST: Program = {
  language: "python",
  code: 'name = input("What is your name? ")\nprint(f"Hello, {name}. 6 × 7 is {6 * 7}.")\n',
};

function isProgram(value: unknown): value is Program {
  const { code, language } = (value ?? {}) as Partial<Program>;
  return typeof code === "string" && typeof language === "string";
}

function kept(): Kept {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Partial<Kept> | null;
    if (!isProgram(found)) return { ...FIRST, opened: FIRST.code, aside: [] };
    const { code, language, opened = null, aside } = found as Partial<Kept> & Program;
    return { code, language, opened, aside: Array.isArray(aside) ? aside.filter(isProgram) : [] };
  } catch {
    return { ...FIRST, opened: FIRST.code, aside: [] };
  }
}

class Draft {
  code = $state(FIRST.code);
  language = $state(FIRST.language);
  aside = $state.raw<Program[]>([]);
  #opened: string | null = null;
  #told = false;

  constructor() {
    this.load();
  }

  /** Restores the stored draft of an earlier window. */
  load(): void {
    const { code, language, opened, aside } = kept();
    [this.code, this.language, this.#opened, this.aside] = [code, language, opened, aside];
  }

  /** Stores the user's text. */
  set(code: string, language = this.language): void {
    this.code = code;
    this.language = language;
    this.#keep();
  }

  /** Opens another program; the draft is stashed. */
  open(code: string, language: string): void {
    this.#putAside({ code, language });
    this.#opened = code;
    this.set(code, language);
  }

  /** Restores the latest stashed draft; changes since then are stashed in turn. */
  back(): void {
    const previous = this.aside.at(-1);
    if (!previous) return;
    this.aside = this.aside.slice(0, -1);
    this.#putAside(previous);
    this.#opened = null;
    this.set(previous.code, previous.language);
  }

  #putAside(instead: Program): void {
    const { code, language } = this;
    const worthless = code.trim() === "" || code === this.#opened || code === instead.code;
    if (worthless || this.aside.some((one) => one.code === code && one.language === language)) return;
    this.aside = [...this.aside, { code, language }].slice(-MOST_ASIDE);
  }

  /** If the webview's storage is too small, stores as much as fits, the draft itself first. */
  #keep(): void {
    const { code, language } = this;
    for (let aside = this.aside; ; aside = aside.slice(1)) {
      if (this.#store({ code, language, opened: this.#opened, aside })) return void (this.#told = false);
      if (aside.length === 0) break;
    }
    if (!this.#told) toasts.fail({ message: t("console.tooLarge") });
    this.#told = true;
  }

  #store(kept: Kept): boolean {
    try {
      localStorage.setItem(KEPT, JSON.stringify(kept));
      return true;
    } catch {
      return false;
    }
  }
}

export const draft = new Draft();
