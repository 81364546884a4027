import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { smsHref, telHref, webHref } from "../src/links.js";
import { blocks, linkify } from "../src/text.js";

const SHORT = ["911", "988", "1-800-222-1222"];
const found = (line: string, short: readonly string[], crisisText: string): [string, string][] =>
  linkify(line, short, crisisText).flatMap(({ text, href }): [string, string][] => (href ? [[text, href]] : []));
const links = (line: string): [string, string][] => found(line, SHORT, "988");

interface Lines {
  emergency: string;
  crisis_call: string;
  crisis_text: string;
  poison?: string;
  abuse_call?: string;
  abuse_text?: string;
  abuse_help?: string;
  poison_help?: Record<string, string>;
  reach: Record<string, string>;
  write: string;
}

const read = (path: string): unknown => parse(readFileSync(new URL(`../../../data/${path}`, import.meta.url), "utf8"));
const COUNTRIES = Object.entries((read("safety/crisis_lines.yml") as { countries: Record<string, Lines> }).countries);
const LANGUAGES = Object.entries(
  read("texts/languages.yml") as Record<string, { text: string; reach?: string; reach_by_word?: string }>,
);
const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "?");
const tel = (number: string): string => `tel:${number.replace(/\D/g, "")}`;
const sms = (line: string, word = ""): string => {
  const [number = "", own = word] = line.split(" to ").reverse();
  return `sms:${number.replace(/\D/g, "")}${own && `?body=${own}`}`;
};

describe("linkify", () => {
  it.each([
    ["Call 911 now.", [["911", "tel:911"]]],
    ["Call or text 988, day or night", [["Call", "tel:988"], ["text 988", "sms:988"]]],
    ["call 988 or text 988.", [["988", "tel:988"], ["text 988", "sms:988"]]],
    ["call 911 or text 988", [["911", "tel:911"], ["text 988", "sms:988"]]],
    ["call or text (555) 010-0142", [["call", "tel:5550100142"], ["text (555) 010-0142", "sms:5550100142"]]],
    ["Text 988", [["Text 988", "sms:988"]]],
    ["Text HOME to 741741!", [["Text HOME to 741741", "sms:741741?body=HOME"]]],
    ["Call 988. Or come in, and call 988.", [["988", "tel:988"], ["988", "tel:988"]]],
    ["0808 2000 247 or 1800 737 732", [["0808 2000 247", "tel:08082000247"], ["1800 737 732", "tel:1800737732"]]],
    ["llame al 988", [["988", "tel:988"]]],
    ["Poison Help: 1-800-222-1222.", [["1-800-222-1222", "tel:18002221222"]]],
    ["by phone, (555) 010-0142", [["(555) 010-0142", "tel:5550100142"]]],
    ["+44 116 123 4567", [["+44 116 123 4567", "tel:+441161234567"]]],
    ["see https://example.org/a?b=1.", [["https://example.org/a?b=1", "https://example.org/a?b=1"]]],
    ["chat at 988lifeline.org/chat/!", [["988lifeline.org/chat/", "https://988lifeline.org/chat/"]]],
    ["Write to hello@harborlight.example.", [["hello@harborlight.example", "mailto:hello@harborlight.example"]]],
  ])("links %s", (line, expected) => {
    expect(links(line)).toEqual(expected);
  });

  it.each([
    "It was 1988 then",
    "room 9112",
    "text 9881",
    "the context 98",
    "we text you",
    "the 911th time",
    "costs $988",
    "988.50 and 911,000",
    "On 2026-11-22 at 10:30",
    "javascript:alert(1)",
    "data:text/html,hi",
    "e.g. this and that",
    "",
  ])("leaves %s alone", (line) => {
    expect(links(line)).toEqual([]);
  });

  it("never loses or adds a character", () => {
    const parts = ["988", "911", " ", "(555) 010-0142", "https://a.org/", "<b onclick=x>", '"', "@", ".", "a", "é", "😀", "call or ", "text ", "HOME to ", "741741", "javascript:", "//", "-", "+1", "x@y.z"];
    let seed = 7;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 3000; round += 1) {
      const line = Array.from({ length: 6 }, () => parts[Math.floor(random() * parts.length)]).join("");
      const pieces = linkify(line, SHORT, "HOME to 741741");
      expect(pieces.map((piece) => piece.text).join("")).toBe(line);
      for (const { href } of pieces) if (href) expect(href).toMatch(/^(?:tel:[\d+]|sms:\d|mailto:|https?:\/\/)/);
    }
  });
});

describe.each(COUNTRIES)("the crisis lines of %s", (country, lines) => {
  const short = [lines.emergency, lines.crisis_call, lines.poison ?? ""];
  const hrefs = (line: string): string[] => found(line, short, lines.crisis_text).map(([, href]) => href);
  const { emergency, crisis_call: call, crisis_text: text } = lines;

  it.each(Object.entries(lines.reach))("can be called and texted: %s", (language, phrase) => {
    const both = [tel(call), sms(text, language === "es" && country === "US" ? "AYUDA" : "")];
    expect(hrefs(`Puede ${phrase}, à toute heure.`)).toEqual(both);
    // The emergency number before it and after it is called, always.
    expect(hrefs(`Call ${emergency} now. You can ${phrase}. In danger, ${emergency}.`)).toEqual([tel(emergency), ...both, tel(emergency)]);
  });

  it("are texted where a text says so, and called where it says call", () => {
    expect(hrefs(`you can ${lines.write} instead`)).toEqual([sms(text)]);
    expect(hrefs(`call ${call} or text ${text}.`)).toEqual([tel(call), sms(text)]);
    expect(hrefs(`${call}`)).toEqual([tel(call)]);
  });

  it("have links for poison help and abuse", () => {
    for (const phrase of Object.values(lines.poison_help ?? {})) expect(hrefs(phrase)).toEqual([tel(lines.poison ?? "")]);
    const expected = [tel(lines.abuse_call ?? ""), ...(lines.abuse_text ? [sms(lines.abuse_text)] : [])];
    if (lines.abuse_help) expect(hrefs(lines.abuse_help)).toEqual(expected);
  });

  it.each(LANGUAGES)("are in the text of language %s", (code, row) => {
    const [number = "", word = ""] = text.split(" to ").reverse();
    const own = fill((word ? row.reach_by_word : row.reach) ?? "", { call, word, number });
    const reach = own || (lines.reach[code] ?? lines.reach["en"] ?? "");
    const said = fill(row.text, { emergency, reach });
    const send = code === "es" && country === "US" ? "AYUDA" : "";
    expect(hrefs(said)).toEqual([tel(call), sms(text, send), tel(emergency)]);
  });
});

describe("addresses", () => {
  it("makes numbers that a phone takes", () => {
    expect(telHref("9-8-8")).toBe("tel:988");
    expect(telHref("call us")).toBe("");
    expect(smsHref("988")).toBe("sms:988");
    expect(smsHref("HOME to 741741")).toBe("sms:741741?body=HOME");
    expect(smsHref("0477 13 11 14")).toBe("sms:0477131114");
    expect(smsHref("javascript:alert(1)")).toBe("");
  });

  it("lets only web addresses through", () => {
    expect(webHref("/privacy", "https://desk.example")).toBe("https://desk.example/privacy");
    expect(webHref("javascript:alert(1)", "https://desk.example")).toBe("");
    expect(webHref("not an address")).toBe("");
  });
});

describe("blocks", () => {
  it("tells paragraphs and lists apart", () => {
    const found = blocks("One.\n\nTwo:\n- a\n- b\n1. first\n2) second\nEnd");
    expect(found.map(({ kind, lines }) => [kind, lines.map((line) => line[0]?.text)])).toEqual([
      ["p", ["One."]],
      ["p", ["Two:"]],
      ["ul", ["a", "b"]],
      ["ol", ["first", "second"]],
      ["p", ["End"]],
    ]);
  });

  it("keeps the number of each step, whatever stands between them", () => {
    const found = blocks("1. Rest today\nBring somebody along.\n2. Do not drive\n4) Call\n- a");
    expect(found.map(({ kind, numbers }) => [kind, numbers])).toEqual([
      ["ol", ["1"]],
      ["p", [undefined]],
      ["ol", ["2", "4"]],
      ["ul", [undefined]],
    ]);
  });

  it("leaves a phone number at the start of a line whole", () => {
    expect(blocks("911 is for emergencies", SHORT)[0]).toEqual({
      kind: "p",
      lines: [[{ text: "911", href: "tel:911" }, { text: " is for emergencies" }]],
      numbers: [undefined],
    });
  });
});
