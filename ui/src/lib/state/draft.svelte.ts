// What stands in the Console's editor. Kept on this machine, so that leaving the view or closing the window loses nothing.
//
// Opening another program there never destroys a draft: it is put aside first and can be taken back, also after the window
// was closed. The editor's own undo brings it back too (`editing.ts`).

import { t } from "../i18n/index.svelte";
import { toasts } from "./toasts.svelte";

const KEPT = "runtray.draft";
/** Drafts that were put aside; the oldest beyond these go. */
const MOST_ASIDE = 20;

export interface Program {
  code: string;
  language: string;
}

interface Kept extends Program {
  /** The code as it was opened from elsewhere: while it is unchanged, it is no draft of the user's. */
  opened: string | null;
  /** Drafts that were put aside, the last one last. */
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

  /** Takes what was kept when the window was last there. */
  load(): void {
    const { code, language, opened, aside } = kept();
    [this.code, this.language, this.#opened, this.aside] = [code, language, opened, aside];
  }

  /** Takes what the user wrote. */
  set(code: string, language = this.language): void {
    this.code = code;
    this.language = language;
    this.#keep();
  }

  /** Opens a program from elsewhere in the draft's place; the draft is put aside. */
  open(code: string, language: string): void {
    this.#putAside({ code, language });
    this.#opened = code;
    this.set(code, language);
  }

  /** Takes the last draft back that was put aside; what the user changed in the meantime is put aside in turn. */
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

  /** What does not fit into the webview's storage is kept as far as it fits: the draft itself first. */
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
