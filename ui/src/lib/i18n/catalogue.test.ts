import { existsSync, globSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { counted, resolve, setLanguage, t } from "./index.svelte";

type Catalogue = Record<string, string>;
const FOLDER = "src/lib/i18n";

function read(name: string): Catalogue {
  return JSON.parse(readFileSync(`${FOLDER}/${name}.json`, "utf8")) as Catalogue;
}
function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
}
function source(): string {
  const files = globSync("src/**/*.{ts,svelte}").filter((file) => !file.endsWith(".test.ts"));
  return files.map((file) => readFileSync(file, "utf8")).join("\n");
}

const pairs = [["en", "de"], ["native.en", "native.de"]].filter(([name]) => existsSync(`${FOLDER}/${name}.json`));

describe.each(pairs)("%s and %s", (english, german) => {
  const [en, de] = [read(english ?? ""), read(german ?? "")];

  test("have the same keys", () => expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort()));

  test("have the same placeholders", () => {
    const differing = Object.keys(en).filter((key) => `${placeholders(en[key] ?? "")}` !== `${placeholders(de[key] ?? "")}`);
    expect(differing).toEqual([]);
  });

  test("have no empty text, no exclamation mark and no three dots", () => {
    const wrong = [...Object.entries(en), ...Object.entries(de)].filter(([, text]) => !text.trim() || /!|\.\.\./.test(text));
    expect(wrong).toEqual([]);
  });
});

test("every text is used", () => {
  const code = source();
  const used = (key: string) => code.includes(`"${key}"`) || code.includes(`"${key.replace(/\.(one|other)$/, "")}"`);
  expect(Object.keys(read("en")).filter((key) => !used(key))).toEqual([]);
});

test("every plural has both forms", () => {
  const keys = Object.keys(read("en"));
  const halves = keys.filter((key) => key.endsWith(".one") !== keys.includes(key.replace(/\.one$/, ".other")) && key.endsWith(".one"));
  expect(halves).toEqual([]);
});

test("numbers select the plural form and use the language's format", () => {
  setLanguage("en");
  expect(counted("log.delete", 1)).toBe("Delete 1 entry");
  expect(counted("log.delete", 1204)).toBe("Delete 1,204 entries");
  setLanguage("de");
  expect(counted("log.delete", 1204)).toBe("1.204 Einträge löschen");
});

test("a value is inserted unchanged, and a missing one leaves its placeholder", () => {
  setLanguage("en");
  expect(t("log.exported", { path: "/a/{b}" })).toBe("Written to /a/{b}");
  expect(t("log.exported")).toBe("Written to {path}");
});

test.each([
  ["de", ["en-US"], "de"],
  ["system", ["de-AT", "en"], "de"],
  ["system", ["fr-FR", "de"], "de"],
  ["system", ["fr"], "en"],
  [undefined, [], "en"],
  ["xx", ["de"], "de"],
])("the setting %s with %j is %s", (setting, preferred, language) => expect(resolve(setting, preferred)).toBe(language));
