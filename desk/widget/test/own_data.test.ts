import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, type ChatEvent } from "../src/api.js";
import type { Tools } from "../src/more.js";
import { saveCopy, transcript } from "../src/more/copy.js";
import { erase } from "../src/more/erase.js";
import { moreStrings } from "../src/more/strings.js";
import { EMPTY } from "../src/store.js";

const words = moreStrings(undefined);
const AT = "2026-11-22T10:00:00Z";
const EVENTS: ChatEvent[] = [
  { seq: 1, at: AT, from: "visitor", text: "Hello" },
  { seq: 2, at: AT, from: "bot", text: "Hi.\nHow can I help?" },
  { seq: 3, at: AT, from: "system", text: "Noor has joined." },
  { seq: 4, at: AT, from: "staff", name: "Noor", title: "nurse", text: "I am here." },
  { seq: 5, at: AT, from: "staff", text: "And I." },
];

/** The chat as the third file has it; `answer` is what the desk says to anything. */
function toolsWith(answer: () => Promise<Response>): { tools: Tools; asked: unknown[][]; lost: unknown[] } {
  const asked: unknown[][] = [];
  const lost: unknown[] = [];
  const ask = (...given: unknown[]): Promise<Response> => {
    asked.push(given);
    return answer();
  };
  const chat = { state: { ...EMPTY, events: EVENTS }, ask, take: () => undefined, lose: (type: unknown) => lost.push(type) };
  return { tools: { chat, lang: "en" } as unknown as Tools, asked, lost };
}
const said = (status: number, body: unknown) => async () => new Response(JSON.stringify(body), { status });

describe("deletion", () => {
  it("leaves nothing here when the desk has deleted it, and says so", async () => {
    const { tools, asked, lost } = toolsWith(said(200, { deleted: true }));
    expect(await erase(tools, words)).toBe(words.deleted);
    expect([asked, lost]).toEqual([[["", undefined, "DELETE"]], ["fresh"]]);
  });

  it("says why when the desk keeps it for now, and leaves it here", async () => {
    const { tools, lost } = toolsWith(said(202, { deleted: false, message: "When staff are done." }));
    expect(await erase(tools, words)).toBe("When staff are done.");
    expect(lost).toEqual([]);
  });

  it.each([{}, { deleted: "yes" }, { deleted: false }, null, []])("claims nothing after the answer %j", async (body) => {
    const { tools, lost } = toolsWith(said(200, body));
    expect([await erase(tools, words), lost]).toEqual([words.not_deleted, []]);
  });

  it.each([401, 404])("of what the desk does not know (any more) leaves nothing here: %i", async (status) => {
    const { tools, lost } = toolsWith(() => Promise.reject(new ApiError(status, "We couldn't find that.", "not_found")));
    expect([await erase(tools, words), lost]).toEqual([words.deleted, ["fresh"]]);
  });

  it.each([401, 404])("claims nothing when it was not the desk that answered %i", async (status) => {
    const { tools, lost } = toolsWith(() => Promise.reject(new ApiError(status)));
    expect([await erase(tools, words), lost]).toEqual([words.not_deleted, []]);
  });

  it.each([
    [0, "", words.not_deleted],
    [405, "That isn't possible here.", "That isn't possible here."],
    [503, "", words.not_deleted],
  ])("that failed with %i is told as failed", async (status, message, told) => {
    const { tools, lost } = toolsWith(() => Promise.reject(new ApiError(status, message)));
    expect([await erase(tools, words), lost]).toEqual([told, []]);
  });

  it("without a whole answer is told as failed", async () => {
    const { tools, lost } = toolsWith(async () => new Response("<html>"));
    expect([await erase(tools, words), lost.length]).toEqual([words.not_deleted, 0]);
  });
});

describe("a copy", () => {
  afterEach(() => vi.unstubAllGlobals());

  const saved = async (answer: () => Promise<Response>): Promise<{ name: string; text: string }> => {
    const link = { href: "", download: "", clicks: 0, click: () => (link.clicks += 1) };
    let blob = new Blob();
    vi.stubGlobal("document", { createElement: () => link });
    vi.stubGlobal("URL", { createObjectURL: (made: Blob) => ((blob = made), "blob:x"), revokeObjectURL: () => undefined });
    vi.useFakeTimers();
    await saveCopy(toolsWith(answer).tools, words);
    vi.useRealTimers();
    expect([link.clicks, link.href]).toEqual([1, "blob:x"]);
    return { name: link.download, text: await blob.text() };
  };

  it("is the desk's where it gives one as text", async () => {
    const found = await saved(async () => new Response("All of it.", { headers: { "Content-Type": "text/plain; charset=utf-8" } }));
    expect(found).toEqual({ name: "chat.txt", text: "All of it." });
  });

  it.each([
    ["cannot be reached", () => Promise.reject(new ApiError(0))],
    ["answers with something else", async () => Response.json({ a: 1 })],
  ])("is what the page has where the desk %s", async (_, answer) => {
    expect((await saved(answer)).text).toBe(transcript(EVENTS, words, "en"));
  });

  it("names who said what", () => {
    const lines = transcript(EVENTS, words, "en").split("\n\n");
    expect(lines.map((line) => line.replace(/^.*?  /, "").trim())).toEqual([
      "You: Hello",
      "Automated assistant: Hi.\nHow can I help?",
      "Notice: Noor has joined.",
      "Noor, nurse: I am here.",
      "Clinic staff: And I.",
    ]);
  });
});
