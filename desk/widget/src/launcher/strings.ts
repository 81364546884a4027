/** The launcher's words, which the chat uses too: one file a language under strings/. */
import en from "../../strings/launcher.en.json";
import { own } from "../own.js";

export type ShellStrings = Readonly<Record<keyof typeof en, string>>;

/** A language is added here; the compiler refuses a file that lacks a key. */
export const LANGUAGES = { en } satisfies Record<string, ShellStrings>;

/** The strings for a language tag such as "en-US"; English when we have no such language. */
export function strings(tag: string): { lang: string; words: ShellStrings } {
  const lang = tag.toLowerCase().split("-")[0] as string;
  const words = own<ShellStrings>(LANGUAGES, lang);
  return words ? { lang, words } : { lang: "en", words: en };
}
