import type { html } from "lit-html";
import { markOf } from "./in_language.js";

/** A line with a title in it, which may be in another language than the line: then it is marked. */
export function titled(draw: typeof html, line: string, title = "", lang: string): ReturnType<typeof html> | string {
  const at = title && markOf(title, lang) ? line.indexOf(title) : -1;
  return at < 0 ? line : draw`${line.slice(0, at)}<span lang="en">${title}</span>${line.slice(at + title.length)}`;
}
