/** What an address of the desk's API ends with: in which language its words are to be. English needs none. */
export function inLanguage(lang: string, sign = "?"): string {
  return lang === "en" ? "" : `${sign}lang=${lang}`;
}

/**
 * The language to mark a text of the bot or the desk with, among words in `lang`: they write English, and of other
 * languages only texts with letters that English does not have. undefined where it needs no mark.
 */
export function markOf(text: string, lang: string): string | undefined {
  return lang === "en" || /[^\x00-\x7f\u2000-\u206f]/.test(text) ? undefined : "en";
}
