/** What is in English within a chat in Spanish says so, to whoever hears it (WCAG 3.1.2). */
import { html, nothing, type TemplateResult } from "lit-html";
import { describe, expect, it } from "vitest";
import { Drawer } from "../src/more/drawer.js";
import { moreStrings } from "../src/more/strings.js";
import type { Tools } from "../src/more.js";
import { readTag, settings } from "../src/settings.js";
import { strings } from "../src/launcher/strings.js";
import { sourceLine } from "../src/source_line.js";
import type { Stored } from "../src/store.js";
import { speech } from "../src/strings.js";
import { row, type Context } from "../src/views.js";

/** As it is written into the page, without quotation marks. */
function written(view: unknown): string {
  if (Array.isArray(view)) return view.map(written).join("");
  if (typeof view === "string") return view;
  if (typeof view !== "object" || view === null) return "";
  const { strings: fixed, values } = view as TemplateResult;
  return fixed.map((part, index) => part + written(values[index])).join("").replace(/"/g, "");
}

const SOURCE = {
  kind: "guide",
  passages: [{ title: "How fast it works", text: "Fast." }],
  document: "The guide",
  document_date: "2025-11-03",
  review: null,
  cautions: [{ text: "Do not drive.", sources: [{ name: "The label", url: "https://label.example/" }] }],
};
const event = (source: object): Stored => ({ seq: 1, at: "2026-11-26T09:00:00Z", from: "bot", text: "x", source });

function drawn(lang: string, source: object): { line: string; drawer: string } {
  const { words } = speech({ ...strings(lang), pack: ["this build", [], []] });
  const context = {
    words: { ...words, source_guide: "De nuestra guía: {title}" },
    lang,
    now: new Date(),
    settings: settings({}, readTag({ src: "https://desk.example/widget.js", dataset: {} }, lang), true, lang),
    more: undefined,
  } as unknown as Context;
  const tools = {
    html,
    nothing,
    lang,
    safely: (act: unknown) => act,
    draw: () => undefined,
    sourceLine: (given: unknown) => sourceLine(given, context.words, lang),
  } as unknown as Tools;
  const drawer = new Drawer(tools, { ...moreStrings(undefined), document_dated: "Del documento «{title}» ({date})" });
  const press = drawer.draw(event(source), "e1")?.values.find((one) => typeof one === "function") as (event: unknown) => void;
  press?.({ currentTarget: {} });
  return { line: written(row({ kind: "event", id: "e1", event: event(source), replies: [] }, context)), drawer: written(drawer.draw(event(source), "e1")) };
}

describe("in a chat in Spanish", () => {
  const { line, drawer } = drawn("es", SOURCE);

  it("the title in the line under an answer is marked as English, its words around are not", () => {
    for (const there of [line, drawer]) expect(there).toContain("De nuestra guía: <span lang=en>How fast it works</span> · ");
  });

  it("the document, the caution and where that is from are marked", () => {
    expect(drawer).toContain("Del documento «<span lang=en>The guide</span>» (3 de noviembre de 2025)");
    expect(drawer).toContain("<p lang=en>Do not drive.</p>");
    expect(drawer).toMatch(/<li lang=en>\s*<a [^>]*>The label<\/a>/);
  });

  it("a title in Spanish is not marked, and a line without one is left whole", () => {
    const other = drawn("es", { ...SOURCE, passages: [{ title: "Qué rápido", text: "Rápido." }], cautions: [] });
    expect(other.line).toContain("De nuestra guía: Qué rápido · ");
    expect(drawn("es", { kind: "clinic", passages: [{ title: "x" }] }).line).not.toContain("<span lang=en>");
  });
});

it("a chat in English needs no marks", () => {
  const { line, drawer } = drawn("en", SOURCE);
  expect(line).toContain("De nuestra guía: How fast it works · ");
  expect(line + drawer).not.toContain("lang=en");
});
