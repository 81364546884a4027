import { describe, expect, it } from "vitest";
import { blocks, linkify, smsHref, telHref, webHref } from "../src/links.js";

const SHORT = ["911", "988", "1-800-222-1222"];
const links = (line: string): [string, string][] =>
  linkify(line, SHORT).flatMap(({ text, href }): [string, string][] => (href ? [[text, href]] : []));

describe("linkify", () => {
  it.each([
    ["Call 911 now.", [["911", "tel:911"]]],
    ["Call or text 988, day or night", [["988", "tel:988"]]],
    ["call 988 or text 988.", [["988", "tel:988"], ["988", "sms:988"]]],
    ["Text 988", [["988", "sms:988"]]],
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
    const parts = ["988", "911", " ", "(555) 010-0142", "https://a.org/", "<b onclick=x>", '"', "@", ".", "a", "é", "😀", "javascript:", "//", "-", "+1", "x@y.z"];
    let seed = 7;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 3000; round += 1) {
      const line = Array.from({ length: 6 }, () => parts[Math.floor(random() * parts.length)]).join("");
      const pieces = linkify(line, SHORT);
      expect(pieces.map((piece) => piece.text).join("")).toBe(line);
      for (const { href } of pieces) if (href) expect(href).toMatch(/^(?:tel:[\d+]|mailto:|https?:\/\/)/);
    }
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

  it("leaves a phone number at the start of a line whole", () => {
    expect(blocks("911 is for emergencies", SHORT)[0]).toEqual({
      kind: "p",
      lines: [[{ text: "911", href: "tel:911" }, { text: " is for emergencies" }]],
    });
  });
});
