/** What the source line opens: the passages, who reviewed the answer, the cautions with their sources. */
import type { TemplateResult } from "lit-html";
import { dateLabel } from "../dates.js";
import { fill } from "../fill.js";
import { markOf } from "../in_language.js";
import { webHref } from "../links.js";
import type { Tools } from "../more.js";
import { field, words as text } from "../settings.js";
import { listed, texts } from "../source.js";
import { reviewedOn } from "../source_line.js";
import type { Stored } from "../store.js";
import { titled } from "../titled.js";
import { keyOf } from "./key.js";
import type { MoreStrings } from "./strings.js";

type View = TemplateResult | string | null;

/** Who reviewed the answer, when, and when it is due again; or that nobody has. Empty when the desk says nothing. */
export function reviewWords(source: unknown, words: MoreStrings, lang: string): string {
  const date = reviewedOn(source, lang);
  if (date === undefined) return "";
  if (!date) return words.unreviewed;
  const review = field(source, "review");
  const who = [text(review, "reviewer"), text(review, "role")].filter(Boolean).join(", ");
  const next = dateLabel(text(review, "next_review"), lang);
  const by = who ? fill(words.reviewed, { who, date }) : fill(words.reviewed_unnamed, { date });
  return next ? `${by} ${fill(words.next_review, { date: next })}` : by;
}

/** The document and its date; empty when the desk names none. */
export function documentWords(source: unknown, words: MoreStrings, lang: string): string {
  const title = text(source, "document");
  return title && fill(words.document_dated, { title, date: dateLabel(text(source, "document_date"), lang) || words.no_date });
}

/** An address of a caution's source as it may be put in a link: https only; else empty. */
export function sourceHref(address: string): string {
  const href = webHref(address);
  return href.startsWith("https:") ? href : "";
}

export class Drawer {
  readonly #open = new Set<string>();

  constructor(
    private readonly tools: Tools,
    private readonly words: MoreStrings,
  ) {}

  /** The line as a button, and what it opens; nothing when the line says all there is. */
  draw(event: Stored, id: string): TemplateResult | null {
    const { html, nothing, safely } = this.tools;
    const { source } = event;
    const line = this.tools.sourceLine(source);
    const kind = text(source, "kind");
    // Of the clinic's own words there is only to tell who reviewed them.
    if (!line || (kind === "clinic" && !field(source, "review"))) return null;
    const open = this.#open.has(keyOf(event));
    return html`<button
        type="button"
        class="source"
        data-test="source-toggle"
        aria-expanded=${open}
        aria-controls=${`source-${id}`}
        @click=${safely((press: Event) => this.#toggle(event, press.currentTarget as Element))}
      >
        <span data-test=${`source-${kind}`}>${titled(html, line, texts(source, "passages", "title")[0], this.tools.lang)}</span>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9l6 6 6-6" /></svg>
      </button>
      <div class="passages" id=${`source-${id}`} aria-live="off" data-test="source-text" ?hidden=${!open}>
        ${open ? this.#inside(source) : nothing}
      </div>`;
  }

  #inside(source: unknown): View[] {
    const { html, lang } = this.tools;
    const line = (words: string, test: string): View =>
      words ? html`<p data-test=${test}>${titled(html, words, text(source, "document"), lang)}</p>` : null;
    return [
      ...listed(source, "passages").map((one) => this.#passage(text(one, "title"), text(one, "text"))),
      line(documentWords(source, this.words, lang), "source-document"),
      line(reviewWords(source, this.words, lang), "source-review"),
      ...listed(source, "cautions").map((one) => this.#caution(one)),
    ];
  }

  #passage(title: string, words: string): View {
    const { html, lang, nothing } = this.tools;
    const mark = markOf(words, lang) ?? nothing;
    return html`<p lang=${mark}><strong>${title}</strong></p>
      <blockquote lang=${mark}>${words}</blockquote>`;
  }

  #caution(caution: unknown): View {
    const { html, lang, nothing } = this.tools;
    const { words } = this;
    const said = text(caution, "text");
    const mark = (words: string): string | typeof nothing => markOf(words, lang) ?? nothing;
    const sources = listed(caution, "sources").map((one) => {
      const href = sourceHref(text(one, "url"));
      const name = text(one, "name") || href;
      return html`<li lang=${mark(name)}>
        ${href ? html`<a href=${href} target="_blank" rel="noreferrer">${name}</a>` : name}
      </li>`;
    });
    return html`<div data-test="source-caution">
      <p><strong>${words.caution}</strong></p>
      <p lang=${mark(said)}>${said}</p>
      ${sources.length
        ? html`<p>${words.sources}</p>
            <ul>
              ${sources}
            </ul>`
        : nothing}
    </div>`;
  }

  #toggle(event: Stored, button: Element): void {
    const key = keyOf(event);
    if (!this.#open.delete(key)) this.#open.add(key);
    this.tools.draw();
    button.nextElementSibling?.scrollIntoView({ block: "nearest" });
  }
}
