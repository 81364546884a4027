import { describe, expect, it } from "vitest";
import { sourceLine } from "../src/source_line.js";
import { texts } from "../src/source.js";
import { documentWords, reviewWords, sourceHref } from "../src/more/drawer.js";
import { moreStrings } from "../src/more/strings.js";
import { speech } from "../src/strings.js";
import { strings } from "../src/launcher/strings.js";

const REVIEW = { on: "2026-11-03", next_review: "2027-05-03", reviewer: "Dr. Ada Example", role: "physician" };
const GUIDE = { kind: "passage", passages: [{ id: "safety", title: "Safety", text: "…" }] };
const { words } = speech(strings("en"));
const line = (source: unknown): string => sourceLine(source, words, "en");
const review = (source: unknown): string => reviewWords(source, moreStrings(undefined), "en");

describe("the line under an answer", () => {
  it.each([
    ["From our guide: Safety · Reviewed November 3, 2026", { ...GUIDE, review: REVIEW }],
    ["From our guide: Safety · No current review by a clinician", { ...GUIDE, review: null }],
    ["From the clinic · No current review by a clinician", { kind: "clinic", title: "x", review: null }],
    ["From the clinic · Reviewed November 3, 2026", { kind: "clinic", review: REVIEW }],
    ["From our guide: Safety and 2 more", { ...GUIDE, passages: [...GUIDE.passages, { title: "B" }, { title: "C" }] }],
  ])("says %s", (words, source) => {
    expect(line(source)).toBe(words);
  });

  it("says nothing of a review where an old desk says nothing", () => {
    expect([line(GUIDE), line({ kind: "clinic" })]).toEqual(["From our guide: Safety", "From the clinic"]);
  });

  it.each([7, "yes", {}, { on: 7 }, { on: "soon" }, []])("claims no review by %j", (odd) => {
    expect(line({ ...GUIDE, review: odd })).toBe("From our guide: Safety · No current review by a clinician");
    expect(review({ review: odd })).toBe("This answer has no current review by a clinician.");
  });

  it.each([undefined, null, 7, "x", [], {}, { kind: "passage" }, { kind: "passage", passages: "x" }, { kind: 7, passages: [null, 7, {}, { title: 7 }] }])(
    "is not there for %j",
    (source) => {
      expect(line(source)).toBe("");
    },
  );
});

describe("cautions", () => {
  it("are found whatever else the source holds", () => {
    const cautions = [{ text: "One." }, null, { sources: [] }, { text: "" }, { text: "Two." }];
    expect(texts({ cautions }, "cautions", "text")).toEqual(["One.", "Two."]);
    expect(texts({ kind: 7, passages: null, cautions }, "cautions", "text")).toHaveLength(2);
    expect(texts({ cautions: "x" }, "cautions", "text")).toEqual([]);
  });
});

describe("the drawer's words", () => {
  it("name who reviewed the answer, when, and when it is due again", () => {
    expect(review({ review: REVIEW })).toBe(
      "Reviewed by Dr. Ada Example, physician, on November 3, 2026. Next review: May 3, 2027.",
    );
    expect(review({ review: { on: "2026-11-03" } })).toBe("Reviewed on November 3, 2026.");
    expect(review({ review: null })).toBe("This answer has no current review by a clinician.");
    expect(review({})).toBe("");
  });

  it("name the document with its date, or that it has none", () => {
    const words = (source: unknown): string => documentWords(source, moreStrings(undefined), "en");
    expect(words({ document: "Benefits", document_date: "2025-01-31" })).toBe("From the document “Benefits” (January 31, 2025)");
    expect(words({ document: "Benefits", document_date: null })).toBe("From the document “Benefits” (no date given)");
    expect(words({ document_date: "2025-01-31" })).toBe("");
  });

  it.each([
    ["https://www.fda.gov/a?b=1", "https://www.fda.gov/a?b=1"],
    ["http://www.fda.gov/", ""],
    ["javascript:alert(1)", ""],
    ["data:text/html,x", ""],
    ["/privacy", ""],
    ["", ""],
  ])("make a link of %j only when it is safe", (address, href) => {
    expect(sourceHref(address)).toBe(href);
  });
});
