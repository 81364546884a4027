/** The launcher's words, in all languages: they are what is read when nothing else can be loaded. */
import en from "../../strings/launcher.en.json";
import es from "../../strings/launcher.es.json";
import { own } from "../own.js";

export type ShellStrings = Readonly<Record<keyof typeof en, string>>;

/** A language is added here; its other words come in a file of their own (see build.mjs). */
export const LANGUAGES = { en, es } satisfies Record<string, ShellStrings>;

/** The strings for a language tag such as "en-US"; English when we have no such language. */
export function strings(tag: string): { lang: string; words: ShellStrings } {
  const lang = tag.toLowerCase().split("-")[0] as string;
  const words = own<ShellStrings>(LANGUAGES, lang);
  return words ? { lang, words } : { lang: "en", words: en };
}
