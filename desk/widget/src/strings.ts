/** The chat's words: one file a language under strings/, beside the launcher's. */
import en from "../strings/en.json";
import type { LANGUAGES as FIRST, ShellStrings } from "./launcher/strings.js";
import { own } from "./own.js";

type ChatStrings = Readonly<Record<keyof typeof en, string>>;
/** The launcher's words are the chat's, too. */
export type Strings = ChatStrings & ShellStrings;
export type Key = keyof Strings;

/** The compiler refuses a language that the launcher has and this has not, and a missing key. */
export const LANGUAGES = { en } satisfies Record<keyof typeof FIRST, ChatStrings>;

/** The strings for a language that the launcher chose. */
export function chatStrings(lang: string, shell: ShellStrings): Strings {
  return { ...shell, ...(own<ChatStrings>(LANGUAGES, lang) ?? en) };
}
