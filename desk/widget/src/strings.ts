/** The words that visitors read: one file a language under strings/, all with the same keys. */
import en from "../strings/en.json";

export type Key = keyof typeof en;
export type Strings = Readonly<Record<Key, string>>;

/** A language is added here; the compiler refuses a file that lacks a key. */
export const LANGUAGES = { en } satisfies Record<string, Strings>;

/** The strings for a language tag such as "en-US"; English when we have no such language. */
export function strings(tag: string): { lang: string; words: Strings } {
  const lang = tag.toLowerCase().split("-")[0] ?? "";
  const known: Record<string, Strings> = LANGUAGES;
  const words = Object.hasOwn(known, lang) ? known[lang] : undefined;
  return words ? { lang, words } : { lang: "en", words: en };
}

/** Put values into the {fields} of a text; a field without a value stays as it is. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
