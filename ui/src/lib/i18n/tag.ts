// The system's language as a valid language tag.

/** Returns English for an invalid tag: WebKitGTK passes `LANG=C` on unchanged, at which formatters throw. */
export function mendTag(of: { readonly language: string }): void {
  try {
    Intl.getCanonicalLocales(of.language);
  } catch {
    Object.defineProperty(of, "language", { value: "en", configurable: true });
  }
}
