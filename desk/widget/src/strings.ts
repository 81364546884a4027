/** The chat's words: one file a language under strings/, beside the launcher's. */
import en from "../strings/en.json";
import type { Pack, SharedWords, Shell } from "./handover.js";
import { inOrder } from "./in_order.js";

/** Which build this is: all files have the same. */
declare const __VERSION__: string;

type ChatStrings = Readonly<Record<keyof typeof en, string>>;
/** With those of the launcher that the chat uses, too. */
export type Strings = ChatStrings & SharedWords;
export type Key = keyof Strings;

/** What the chat speaks: its language, its words, and those of the third file (see `Pack`). */
export interface Speech {
  lang: string;
  words: Strings;
  list: readonly string[] | undefined;
}

/** The launcher's language, if the words of this build have come; else English, as a whole. */
export function speech({ lang, words, english = words, pack }: Pick<Shell, "lang" | "words" | "english" | "pack">): Speech {
  const [version, chat, list] = Array.isArray(pack) ? (pack as unknown as Pack) : [];
  const come = version === __VERSION__;
  if (!come) return { lang: "en", words: { ...english, ...en }, list: undefined };
  return { lang, words: { ...words, ...inOrder<ChatStrings>(en, chat) }, list };
}
