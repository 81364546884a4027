/** The third file's words: one file a language under strings/, as for the others. */
import en from "../../strings/more.en.json";
import type { LANGUAGES as FIRST } from "../launcher/strings.js";

export type MoreStrings = Readonly<Record<keyof typeof en, string>>;

/** The compiler refuses a language that the first file has and this has not, and a missing key. */
export const LANGUAGES = { en } satisfies Record<keyof typeof FIRST, MoreStrings>;

/** The strings for a language that the first file chose. */
export function moreStrings(lang: string): MoreStrings {
  const known: Record<string, MoreStrings> = LANGUAGES;
  return known[lang] ?? en;
}
