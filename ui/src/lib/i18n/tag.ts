// The system's language as a tag that every library can read.

/** WebKitGTK hands on `LANG=C` as it is, and what takes it for a language tag fails. English stands in for what is none. */
export function mendTag(of: { readonly language: string }): void {
  try {
    Intl.getCanonicalLocales(of.language);
  } catch {
    Object.defineProperty(of, "language", { value: "en", configurable: true });
  }
}
