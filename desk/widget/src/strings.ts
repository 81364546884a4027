/** The chat's words: one file a language under strings/, beside the launcher's. */
import en from "../strings/en.json";
import type { SharedWords } from "./handover.js";
import type { LANGUAGES as FIRST } from "./launcher/strings.js";
import { own } from "./own.js";

type ChatStrings = Readonly<Record<keyof typeof en, string>>;
/** With those of the launcher that the chat uses, too. */
export type Strings = ChatStrings & SharedWords;
export type Key = keyof Strings;

/** The compiler refuses a language that the launcher has and this has not, and a missing key. */
export const LANGUAGES = { en } satisfies Record<keyof typeof FIRST, ChatStrings>;

/** The strings for a language that the launcher chose. */
export function chatStrings(lang: string, shared: SharedWords): Strings {
  return { ...shared, ...(own<ChatStrings>(LANGUAGES, lang) ?? en) };
}
