/** Thousands of texts that are not meant kindly: nothing of them is ever more than text and checked addresses. */
import { nothing, type TemplateResult } from "lit-html";
import { describe, expect, it, vi } from "vitest";
import type { ChatEvent } from "../src/api.js";
import { smsHref, telHref, webHref } from "../src/links.js";
import { strings } from "../src/launcher/strings.js";
import { Drawer } from "../src/more/drawer.js";
import { moreStrings } from "../src/more/strings.js";
import type { Tools } from "../src/more.js";
import { readTag, settings } from "../src/settings.js";
import { speech } from "../src/strings.js";
import type { Row } from "../src/store.js";
import { blocks } from "../src/text.js";
import { intro, notices, row, type Context } from "../src/views.js";
import { EMPTY } from "../src/store.js";
import { html } from "lit-html";

const PARTS = [
  "<img src=x onerror=alert(1)>", "<script>", "</script>", "<a href='", "</a>", "<svg/onload=", "<!--", "-->", "]]>", "<?", "<b", ">", "\"", "'", "`", "=",
  "javascript:alert(1)", "JAVASCRIPT://x.org/%0aalert(1)", "java\tscript:", "data:text/html,<b>", "vbscript:", "file:///etc/passwd", "blob:x", "//evil.org", "\\\\evil.org",
  "https://", "http://a.org/", "HTTPS://A.ORG/?q=<b>", "https://a.org\\@b.org/", "https://user:pw@a.org", "https://[::1]/", "http://%", "https://a.org:99999", "https://ex.org/a(b)[c]",
  "x@y.org", "mailto:x@y.org?bcc=z@z.org", "a@b", "@", "evil.org", "988lifeline.org/chat",
  "[a](javascript:alert(1))", "[[", "]]", "((((", "))))", "{{7*7}}", "${x}", "{phone}", "{clinic}", "?lit$1$", "<!--?lit$1$-->", "lit$",
  "911", "988", "text 988", "call or text 988", "(555) 010-0142", "+1 555 010 0142", "text HOME to 741741", "1988", "tel:911", "sms:988?body=x",
  "\u0000", "\u0001", "\u0008", "\u000b", "\u001b[31m", "\u007f", "\u0085", "\u2028", "\u2029", "\ufeff", "\ufffe", "\ud800", "\udfff",
  "\u202e", "\u202d", "\u202a", "\u202c", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f", "\u061c", "\u05d0\u05d1", "\u0645\u0631\u062d\u0628\u0627",
  "- ", "* ", "1. ", "\n", "\r\n", "\n\n", " ", "\t", "&lt;", "&#106;", "&amp;", "%6a", "constructor", "__proto__", "toString", "é", "😀", "👩‍👩‍👧", "a", "word",
];
const ADDRESS = /^(?:tel:[\d+*#]+|sms:[\d+*#]+(?:\?body=[\w%.~!*'()-]*)?|mailto:[\w.+-]+@[\w.-]+|https?:\/\/[^\s<>@/]+(?:[/?#]\S*)?)$/;
const ELEMENTS = new Set("a blockquote button div em i li ol p path span strong svg ul".split(" "));
const ATTRIBUTES = new Set(
  "aria-controls aria-expanded aria-hidden aria-label aria-live class d data-test dir hidden href id lang role target type value viewBox rel".split(" "),
);

let seed = 20261126;
const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const oddText = (): string => Array.from({ length: 1 + Math.floor(random() * 9) }, () => pick(PARTS)).join(pick(["", "", " "]));

/** What a template draws: elements and attributes of ours, and values in them, as lit-html puts them there. */
interface Drawn {
  elements: Set<string>;
  attributes: Set<string>;
  hrefs: string[];
  text: string;
}

/** As "expect", which takes too long for so many. */
function must(ok: boolean, what: unknown): void {
  if (!ok) throw new Error(`not ours: ${JSON.stringify(what)}`);
}

function look(value: unknown, drawn: Drawn): void {
  if (value === nothing || value === null || value === undefined) return;
  if (Array.isArray(value)) return value.forEach((one) => look(one, drawn));
  if (typeof value !== "object") {
    // lit-html makes a text node of it.
    drawn.text += String(value);
    return;
  }
  const { strings: fixed, values } = value as TemplateResult;
  // A directive or a node of somebody else's could be anything.
  must(Object.keys(value).sort().join() === "_$litType$,strings,values", value);
  let tag = "";
  fixed.forEach((part, index) => {
    for (const piece of part.split(/(?=<)|(?<=>)/)) {
      tag = piece.startsWith("<") ? piece : tag && tag + piece;
      for (const [, name = ""] of piece.matchAll(/^<([\w-]+)/g)) drawn.elements.add(name);
      if (tag) for (const [, name = ""] of piece.matchAll(/\s([\w-]+)=/g)) drawn.attributes.add(name);
      if (tag && piece.includes(">")) tag = "";
    }
    if (index >= values.length) return;
    const hole = values[index];
    if (!tag) return look(hole, drawn);
    const name = /([@.?]?[\w-]+)="?(?:[\w\s-]*)$/.exec(tag)?.[1] ?? "?";
    if (name.startsWith("@")) return must(typeof hole === "function", name);
    drawn.attributes.add(name.replace("?", ""));
    must(["string", "boolean", "symbol"].includes(typeof hole), name);
    if (name === "href") drawn.hrefs.push(hole as string);
    tag += "x";
  });
}

function drawnOf(value: unknown): Drawn {
  const drawn: Drawn = { elements: new Set(), attributes: new Set(), hrefs: [], text: "" };
  look(value, drawn);
  return drawn;
}

function assertHarmless({ elements, attributes, hrefs }: Drawn): void {
  for (const name of elements) must(ELEMENTS.has(name), name);
  for (const name of attributes) must(ATTRIBUTES.has(name), name);
  for (const href of hrefs) must(ADDRESS.test(href), href);
}

vi.spyOn(console, "warn").mockReturnValue(undefined);
vi.setConfig({ testTimeout: 120_000 });

const tools = {
  html,
  nothing,
  lang: "en",
  safely: (act: unknown) => act,
  draw: () => undefined,
  sourceLine: () => "x",
} as unknown as Tools;

function contextOf(odd: () => string): Context {
  const tag = readTag({ src: "https://desk.example/widget.js", dataset: { phone: odd(), greeting: odd(), title: odd() } }, "en");
  const config = {
    clinic: { name: odd(), phone: odd(), hours_text: odd(), next_opening: odd(), open_now: false },
    crisis: pick([null, { emergency: "911", call: "988", text: "988", chat_url: odd(), poison: odd() }, { emergency: `${odd()}1`, call: `1${odd()}`, text: odd() }]),
    demo_notice: odd(),
    privacy_url: odd(),
    protocol_url: odd(),
  };
  const { words } = speech(strings("en"));
  return {
    words,
    lang: "en",
    now: new Date(),
    settings: settings(config, tag, true),
    greeting: tag.greeting,
    more: undefined,
    send: () => undefined,
    retry: () => undefined,
    drop: () => undefined,
  };
}

const AT = "2026-11-22T10:00:00Z";
/** Without white space, and without what begins the lines of a list. */
const letters = (text: string): string => text.replace(/[\s\d.)*•-]/g, "");

describe("texts that are not meant kindly", () => {
  it("become text and checked addresses, and nothing is lost", () => {
    for (let round = 0; round < 5000; round += 1) {
      const text = oddText();
      const found = blocks(text, ["911", "988", oddText()], pick(["988", "HOME to 741741", oddText()]));
      const pieces = found.flatMap(({ lines }) => lines.flat());
      for (const { href } of pieces) must(href === undefined || ADDRESS.test(href), href);
      must(letters(pieces.map((piece) => piece.text).join("")) === letters(text), text);
    }
  });

  it("make no address but ours", () => {
    for (let round = 0; round < 3000; round += 1) {
      for (const href of [telHref(oddText()), smsHref(oddText()), webHref(oddText()), webHref(oddText(), "https://desk.example")]) {
        must(!href || ADDRESS.test(href), href);
      }
    }
  });

  it("draw no element and no attribute but ours", () => {
    let context = contextOf(oddText);
    for (let round = 0; round < 3000; round += 1) {
      if (round % 10 === 0) context = contextOf(oddText);
      const event: ChatEvent = {
        seq: 1,
        at: AT,
        from: pick(["visitor", "bot", "staff", "system"] as const),
        text: oddText(),
        name: pick([null, oddText()]),
        title: pick([null, oddText()]),
        source: { kind: oddText(), passages: [{ id: oddText(), title: oddText(), text: oddText() }], cautions: [{ text: oddText() }], review: { on: oddText() } },
        quick_replies: [oddText()],
      };
      const entry: Row = pick<Row>([
        { kind: "event", id: "e1", event, replies: [oddText()] },
        { kind: "pending", id: "p1", message: { key: "k", text: oddText(), at: AT, status: pick(["sending", "failed"] as const), reason: oddText() } },
      ]);
      const drawn = drawnOf(row(entry, context));
      assertHarmless(drawn);
      if (entry.kind === "pending" || event.from === "visitor") {
        must(drawn.text.includes(entry.kind === "pending" ? entry.message.text : event.text), event);
      }
      assertHarmless(drawnOf(intro(context, true)));
      assertHarmless(drawnOf(notices({ ...EMPTY, reach: "down", refusal: oddText(), lost: true }, context, oddText())));
    }
  });

  it("draw no address but those of the web in what a source opens", () => {
    let links = 0;
    for (let round = 0; round < 2000; round += 1) {
      const drawer = new Drawer(tools, moreStrings(undefined));
      const source = {
        kind: "passage",
        passages: [{ title: oddText(), text: oddText() }],
        document: oddText(),
        document_date: oddText(),
        review: { on: "2026-11-03", reviewer: oddText(), role: oddText(), next_review: oddText() },
        cautions: [{ text: oddText(), sources: [{ name: oddText(), url: oddText() }, { url: oddText() }] }],
      };
      const event: ChatEvent = { seq: 1, at: AT, from: "bot", text: "x", source };
      const press = drawer.draw(event, "e1")?.values.find((one) => typeof one === "function") as (event: unknown) => void;
      press({ currentTarget: {} });
      const drawn = drawnOf(drawer.draw(event, "e1"));
      assertHarmless(drawn);
      for (const href of drawn.hrefs) must(href.startsWith("https://"), href);
      links += drawn.hrefs.length;
    }
    expect(links).toBeGreaterThan(10);
  });

  it("would be noticed", () => {
    const bad = "javascript:alert(1)";
    expect(() => assertHarmless(drawnOf(html`<a href=${bad}>x</a>`))).toThrow();
    expect(() => assertHarmless(drawnOf(html`<p onclick=${bad}>x</p>`))).toThrow();
    expect(() => assertHarmless(drawnOf(html`<iframe></iframe>`))).toThrow();
    expect(() => drawnOf(html`<p>${{ _$litDirective$: 1 }}</p>`)).toThrow();
  });
});

describe("a name", () => {
  it("turns nothing round that stands beside it", () => {
    const context = contextOf(() => "x");
    const event: ChatEvent = { seq: 1, at: AT, from: "staff", text: "x", name: "\u202eNoor\u2066", title: "\u2067nurse" };
    expect(drawnOf(row({ kind: "event", id: "e1", event, replies: [] }, context)).text).toContain("Noor, nurse");
  });
});
