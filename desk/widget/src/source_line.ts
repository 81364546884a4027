/** The one line under an answer: in the file that is always there, for it is never left out. */
import { dateLabel } from "./dates.js";
import { fill } from "./fill.js";
import { field, words as text } from "./settings.js";
import { texts } from "./source.js";
import type { Strings } from "./strings.js";

/**
 * The day of the review in words; empty when nobody reviewed the answer, or none that can be read:
 * a review is claimed only with its date. undefined when the desk says nothing about it.
 */
export function reviewedOn(source: unknown, lang: string): string | undefined {
  const review = field(source, "review");
  return review === undefined ? review : dateLabel(text(review, "on"), lang);
}

/** The one line under an answer: where it is from, and whether somebody reviewed it. Empty when it has no source. */
export function sourceLine(source: unknown, words: Strings, lang: string): string {
  const [title = "", ...others] = texts(source, "passages", "title");
  const count = others.length;
  const guide = title && fill(count ? words.source_more : words.source_guide, { title, count });
  const from = text(source, "kind") === "clinic" ? words.source_clinic : guide;
  const date = reviewedOn(source, lang);
  const review = date ? fill(words.source_reviewed, { date }) : words.source_unreviewed;
  return from && date !== undefined ? `${from} · ${review}` : from;
}
