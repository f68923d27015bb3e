// What stands in the Console's editor. Kept on this machine, so that leaving the view or closing the window loses nothing.

const KEPT = "runtray.draft";

interface Kept {
  code: string;
  language: string;
}

function kept(): Kept | null {
  try {
    const { code, language } = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Partial<Kept>;
    return typeof code === "string" && typeof language === "string" ? { code, language } : null;
  } catch {
    return null;
  }
}

const FIRST: Kept = {
  language: "python",
  code: 'name = input("What is your name? ")\nprint(f"Hello, {name}. 6 × 7 is {6 * 7}.")\n',
};

class Draft {
  code = $state(FIRST.code);
  language = $state(FIRST.language);

  constructor() {
    const { code, language } = kept() ?? FIRST;
    this.code = code;
    this.language = language;
  }

  set(code: string, language = this.language): void {
    this.code = code;
    this.language = language;
    localStorage.setItem(KEPT, JSON.stringify({ code, language }));
  }
}

export const draft = new Draft();
