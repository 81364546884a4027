/** What is drawn, from plain values. Data only ever becomes text nodes and checked addresses. */
import { html, nothing, type TemplateResult } from "lit-html";
import { timeLabel } from "./dates.js";
import { fill } from "./fill.js";
import { markOf } from "./in_language.js";
import { telHref } from "./links.js";
import type { More } from "./more.js";
import { oneWay } from "./one_way.js";
import { words as text, type Settings } from "./settings.js";
import { texts } from "./source.js";
import { sourceLine } from "./source_line.js";
import type { Pending, Row, State, Stored } from "./store.js";
import type { Strings } from "./strings.js";
import { blocks, type Piece } from "./text.js";
import { titled } from "./titled.js";

type View = TemplateResult | typeof nothing;

/** What every view needs to know, and what it can ask for. */
export interface Context {
  words: Strings;
  lang: string;
  now: Date;
  settings: Settings;
  /** Said first, as the page's owner wants it. */
  greeting: string | undefined;
  more: More | undefined;
  send(text: string): void;
  retry(key: string): void;
  drop(key: string): void;
}

const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>`;
export const ICONS = {
  send: icon("M4 12l16-8-6 16-3-6z"),
  person: icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-9 16-9 16 0"),
  warn: icon("M12 3l10 18H2zM12 10v5M12 18v.5"),
};

function pieces(line: Piece[]): (string | TemplateResult)[] {
  return line.map(({ text, href }) => {
    if (!href) return text;
    return href.startsWith("http")
      ? html`<a href=${href} target="_blank" rel="noreferrer">${text}</a>`
      : html`<a href=${href}>${text}</a>`;
  });
}

function rich(text: string, context: Context): TemplateResult[] {
  const { crisis, phone } = context.settings;
  return blocks(text, [crisis.emergency, crisis.call, crisis.poison!, phone], crisis.text).map(({ kind, lines, numbers }) => {
    if (kind === "p") return html`<p dir="auto">${pieces(lines[0] ?? [])}</p>`;
    const items = lines.map((line, index) => html`<li value=${numbers[index] ?? nothing}>${pieces(line)}</li>`);
    return kind === "ul" ? html`<ul dir="auto">${items}</ul>` : html`<ol dir="auto">${items}</ol>`;
  });
}

/** A text with something in the place of a field. */
function around(text: string, field: string, inside: View): TemplateResult {
  const [before, after] = text.split(field);
  return html`${before}${inside}${after}`;
}

/** A text with the clinic's number in it, to be dialled; nothing where we have no number. */
function phoneLine(text: string, phone: string): View {
  const href = telHref(phone);
  return href ? html`<p>${around(text, "{phone}", html`<a href=${href}>${phone}</a>`)}</p>` : nothing;
}

function hoursNow({ words, settings }: Context): string {
  if (settings.openNow === null) return "";
  if (settings.openNow) return words.intro_open;
  return settings.opens ? fill(words.intro_closed_until, { when: settings.opens }) : words.intro_closed;
}

/** Said before the first message, and kept above it. */
export function intro(context: Context, starters: boolean): TemplateResult {
  const { words, settings, greeting } = context;
  const clinic = settings.name || words.intro_this_clinic;
  // An older launcher, from a browser's cache, says nothing of languages.
  const said = settings.hours && html`<span lang=${settings.hoursLang ?? nothing}>${settings.hours}</span>`;
  const hours = said && around(words.intro_hours, "{hours}", said);
  return html`<div class="intro" id="intro" aria-live="off" data-test="intro">
      ${settings.notice ? html`<p class="demo" lang=${settings.noticeLang ?? nothing} data-test="demo-notice">${settings.notice}</p>` : nothing}
      ${greeting ? html`<p dir="auto" data-test="greeting">${greeting}</p>` : nothing}
      <p><strong>${greeting ? "" : `${words.intro_hi} `}${words.intro_who}</strong></p>
      <p>${fill(words.intro_what, { clinic })}</p>
      <p>${words.intro_staff}</p>
      ${hours || settings.openNow !== null ? html`<p>${hours} ${hoursNow(context)}</p>` : nothing}
      ${phoneLine(words.intro_phone, settings.phone)}
      <p class="pages">
        <a href=${settings.privacy} target="_blank" rel="noreferrer">${words.privacy}</a>
        <a href=${settings.protocol} target="_blank" rel="noreferrer">${words.protocol}</a>
      </p>
    </div>
    ${starters
      ? replies([words.starter_1, words.starter_2, words.starter_3].filter(Boolean), "starter", context)
      : nothing}`;
}

function replies(list: string[], test: string, context: Context): View {
  if (!list.length) return nothing;
  return html`<div class="replies" role="group" aria-label=${context.words.replies}>
    ${list.map(
      (text) =>
        html`<button
          type="button"
          dir="auto"
          lang=${(text !== context.words.person && markOf(text, context.lang)) || nothing}
          data-test=${test}
          @click=${() => context.send(text)}
        >
          ${text}
        </button>`,
    )}
  </div>`;
}

/** What an answer is from: a line that opens it where the third file is there. */
function source(event: Stored, id: string, { words, lang, more }: Context): View | null {
  const drawn = more?.source(event, id);
  const { source } = event;
  const line = !drawn && sourceLine(source, words, lang);
  return line
    ? html`<p class="source" data-test=${`source-${text(source, "kind")}`}>${titled(html, line, texts(source, "passages", "title")[0], lang)}</p>`
    : (drawn ?? nothing);
}

/** What must be said beside an answer, apart from it: in the one file that is always there. */
function cautions(event: Stored, context: Context): View {
  const found = texts(event.source, "cautions", "text");
  if (!found.length) return nothing;
  return html`<div class="caution" role="note" data-test="caution">
    <p><strong>${context.words.caution}</strong></p>
    ${found.map((text) => html`<div lang=${markOf(text, context.lang) ?? nothing}>${rich(text, context)}</div>`)}
  </div>`;
}

function stored(entry: Extract<Row, { kind: "event" }>, context: Context): TemplateResult {
  const { words, lang } = context;
  const { event, id } = entry;
  const name = event.name
    ? fill(words.staff, { name: oneWay(event.name), title: oneWay(event.title || words.staff_title) })
    : words.staff_unnamed;
  const who = { visitor: words.you, bot: words.bot, staff: name, system: words.system }[event.from];
  const hear = event.from === "system" ? "who hear" : "who";
  return html`<div class="message ${event.from}" data-test=${`message-${event.from}`}>
    <p class=${hear}>${who}</p>
    <div class="bubble" lang=${(event.from !== "staff" && markOf(event.text, lang)) || nothing}>${rich(event.text, context)}</div>
    ${cautions(event, context)} ${source(event, id, context)}
    <p class="foot">${timeLabel(event.at, lang)}</p>
    ${replies(entry.replies, "quick-reply", context)} ${context.more?.below(event, id)}
  </div>`;
}

/** The visitor's own message: drawn alike before and after it arrived, so that it stays in place. */
function own(text: string, at: string, status: "delivered" | Pending["status"], message: Pending | null, context: Context): TemplateResult {
  const { words, lang, retry, drop } = context;
  return html`<div class="message visitor ${status}" data-test="message-visitor">
    <p class="who hear">${words.you}</p>
    <div class="bubble"><p class="asis" dir="auto">${text}</p></div>
    <p class="foot">
      ${timeLabel(at, lang)} · ${status === "failed" ? ICONS.warn : nothing}<span data-test="status">${words[status]}</span>
      ${message && status === "failed"
        ? html`<button type="button" data-test="retry" @click=${() => retry(message.key)}>${words.retry}</button>
            <button type="button" data-test="drop" @click=${() => drop(message.key)}>${words.drop}</button>`
        : nothing}
    </p>
    ${message?.reason === undefined ? nothing : html`<p class="foot">${message.reason || words.refused}</p>`}
  </div>`;
}

/** One row of the transcript. */
export function row(entry: Row, context: Context): TemplateResult {
  if (entry.kind === "pending") {
    const { text, at, status } = entry.message;
    return own(text, at, status, entry.message, context);
  }
  if (entry.kind === "event") {
    const { from, text, at } = entry.event;
    return from === "visitor" ? own(text, at, "delivered", null, context) : stored(entry, context);
  }
  const { now, more, words } = context;
  if (entry.kind === "new") return html`<p class="day">${words.new_chat}</p>`;
  return html`<p class="day">${more?.day(entry.at, now)}</p>`;
}

/** Plain words about what does not work, above the input; `heard` is to be seen elsewhere. */
export function notices(state: State, { words, settings }: Context, heard: string | typeof nothing): View {
  const undelivered = state.pending.some((message) => message.status === "failed" && message.reason === undefined);
  const down = state.reach === "down" || state.silent || undelivered;
  return html`<div role="alert">
    ${down
      ? html`<div class="notice" data-test="unreachable">
          <p>${ICONS.warn} ${words.down} ${undelivered ? words.down_messages : nothing}</p>
          ${phoneLine(words.down_phone, settings.phone)}
          <p>${words.down_crisis}</p>
        </div>`
      : nothing}
    ${state.refusal === null
      ? nothing
      : html`<div class="notice" data-test="refusal"><p>${ICONS.warn} ${state.refusal || words.refused}</p></div>`}
    ${state.lost ? html`<div class="notice" data-test="lost"><p>${words.lost}</p></div>` : nothing}
    <p class="hear">${heard}</p>
  </div>`;
}
