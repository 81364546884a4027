import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../src/api.js";
import { EMPTY, length, reduce, rows, unread, type Action, type State } from "../src/store.js";

const AT = "2026-11-22T10:00:00Z";
const event = (seq: number, from: ChatEvent["from"], text = `${from} ${seq}`): ChatEvent => ({ seq, at: AT, from, text });
const all = (events: ChatEvent[], after = 0): Action => ({ type: "events", events, after });
/** The visitor's own message, as the desk gives it. */
const sent = (seq: number, key: string): ChatEvent => ({ ...event(seq, "visitor", key), key });
const send = (key: string, text = key, typed = true): Action => ({ type: "send", key, text, at: AT, typed });
const run = (...actions: Action[]): State => actions.reduce(reduce, EMPTY);
const shown = (state: State): string[] =>
  rows(state).flatMap((row) =>
    row.kind === "event" ? [row.event.text] : row.kind === "pending" ? [`${row.message.text} (${row.message.status})`] : [],
  );

describe("reduce", () => {
  it("keeps events in order of seq, each once", () => {
    const state = run(
      all([event(3, "bot"), event(1, "visitor")]),
      all([event(2, "bot"), event(3, "bot")]),
    );
    expect(state.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(state.cursor).toBe(3);
  });

  it("reads on from before a gap", () => {
    const gap = run(all([event(1, "bot")]), all([event(3, "bot")], 2));
    expect(gap.cursor).toBe(1);
    // Nor does what comes alone tell that all before it is here.
    expect(reduce(gap, { type: "events", events: [event(2, "bot")] }).cursor).toBe(1);
    expect(reduce(gap, all([event(2, "bot"), event(3, "bot")], 1)).cursor).toBe(3);
  });

  it("shows own unconfirmed messages last", () => {
    const state = run(send("a"), { type: "failed", key: "a" }, send("b"), { type: "events", events: [event(1, "bot")] });
    expect(shown(state)).toEqual(["bot 1", "a (failed)", "b (sending)"]);
  });

  it("does not show a message twice, whichever of answer and stream comes first", () => {
    const answerFirst = run(send("a"), { type: "delivered", key: "a", seq: 1 }, all([sent(1, "a")]));
    const streamFirst = run(send("a"), all([sent(1, "a")]), { type: "delivered", key: "a", seq: 1 });
    for (const state of [answerFirst, streamFirst]) {
      expect(shown(state)).toEqual(["a"]);
      expect(rows(state).at(-1)?.id).toBe("a");
    }
  });

  it("does not take another tab's message for its own, though the words are the same", () => {
    const other = { ...sent(1, "other"), text: "a" };
    const state = run(send("a"), all([other]));
    expect(shown(state)).toEqual(["a", "a (sending)"]);
    expect(shown(reduce(state, { type: "delivered", key: "a", seq: 2 }))).toEqual(["a", "a"]);
  });

  it("takes up nothing as undelivered that the desk has", () => {
    const left = { key: "a", text: "a", at: AT, status: "failed" } as const;
    const state = run(all([sent(1, "a")]), { type: "restore", pending: [left, { ...left, key: "b", text: "b" }], draft: "" });
    expect(shown(state)).toEqual(["a", "b (failed)"]);
  });

  it("reads on from what came by stream, not from what it sent", () => {
    const state = run(all([event(1, "bot")]), send("a"), { type: "delivered", key: "a", seq: 4 });
    expect(state.cursor).toBe(1);
  });

  it("assumes that the bot writes until an answer is there, but never that a person does", () => {
    const waiting = run(send("a"), { type: "delivered", key: "a", seq: 1 });
    expect(waiting.typing).toBe("bot");
    expect(reduce(waiting, { type: "events", events: [event(1, "visitor", "a")] }).typing).toBe("bot");
    expect(reduce(waiting, { type: "events", events: [event(2, "bot")] }).typing).toBe("");
    const withStaff = run({ type: "events", events: [event(1, "staff")] }, send("a"), { type: "delivered", key: "a", seq: 2 });
    expect(withStaff.typing).toBe("");
    expect(reduce(withStaff, { type: "typing", typing: { from: "staff", typing: true } }).typing).toBe("staff");
    expect(reduce(withStaff, { type: "typing", typing: { from: "staff", typing: false } }).typing).toBe("");
  });

  it("gives refused words back to be changed", () => {
    const state = run(send("a"), { type: "refused", key: "a", words: "Too long.", typed: true });
    expect(state).toMatchObject({ draft: "a", refusal: "Too long.", pending: [] });
    expect(reduce(state, { type: "draft", text: "b" }).refusal).toBeNull();
  });

  it("keeps a refused message in view when there is a new draft, or when it was a button", () => {
    const busy = run(send("a"), { type: "draft", text: "new" }, { type: "refused", key: "a", words: "Wait.", typed: true });
    expect(busy.draft).toBe("new");
    expect(busy.pending).toMatchObject([{ key: "a", status: "failed", reason: "Wait." }]);
    const button = run(send("a", "Talk to a person", false), { type: "refused", key: "a", words: "Wait.", typed: false });
    expect(shown(button)).toEqual(["Talk to a person (failed)"]);
    expect(reduce(button, { type: "retry", key: "a" }).pending[0]).toEqual({ key: "a", text: "Talk to a person", at: AT, status: "sending" });
  });

  it("leaves a draft alone when a button is pressed", () => {
    expect(run({ type: "draft", text: "half" }, send("a", "Yes", false)).draft).toBe("half");
  });

  it("keeps the shown text when the conversation is lost", () => {
    const lost = run({ type: "events", events: [event(1, "visitor"), event(2, "bot")] }, { type: "lost", ours: true });
    expect(lost).toMatchObject({ cursor: 0, lost: true });
    expect(shown(lost)).toEqual(["visitor 1", "bot 2"]);
    const next = [send("a"), { type: "delivered", key: "a", seq: 1 } as const].reduce<State>(reduce, lost);
    expect(shown(next)).toEqual(["visitor 1", "bot 2", "a"]);
    expect(next.lost).toBe(false);
    expect(rows(next).map((row) => row.kind)).toEqual(["day", "event", "event", "new", "event"]);
    expect(new Set(rows(next).map((row) => row.id)).size).toBe(5);
  });

  it("takes up what was said about an answer, and asks nothing about one that the desk forgot", () => {
    const asked = { ...event(1, "bot"), feedback: { helpful: null } };
    const rated = run(all([asked]), { type: "events", events: [{ ...asked, feedback: { helpful: true } }] });
    expect(rated.events).toEqual([{ ...asked, feedback: { helpful: true } }]);
    expect(rated.cursor).toBe(1);
    expect(reduce(rated, { type: "lost", ours: true }).earlier.map(({ feedback }) => feedback)).toEqual([null]);
  });

  it("says nothing of a lost conversation that was never shown", () => {
    expect(run({ type: "lost", ours: true }).lost).toBe(false);
  });
});

describe("rows", () => {
  const replies = (state: State): string[] => rows(state).flatMap((row) => (row.kind === "event" ? row.replies : []));

  it("offers quick replies only until the visitor says something", () => {
    const asked = run({ type: "events", events: [{ ...event(1, "bot"), quick_replies: ["Yes"] }, event(2, "system")] });
    expect(replies(asked)).toEqual(["Yes"]);
    expect(replies(reduce(asked, send("a")))).toEqual([]);
    expect(replies(reduce(asked, { type: "events", events: [event(3, "visitor")] }))).toEqual([]);
  });

  it("separates days", () => {
    const state = run({ type: "events", events: [event(1, "bot"), { ...event(2, "bot"), at: "2026-11-24T10:00:00Z" }] });
    expect(rows(state).map((row) => row.kind)).toEqual(["day", "event", "day", "event"]);
  });
});

describe("counts", () => {
  it("counts what others said since", () => {
    const state = run({ type: "events", events: [event(1, "bot"), event(2, "visitor"), event(3, "staff"), event(4, "system")] });
    expect(unread(state, 1)).toBe(2);
  });

  it("counts characters as the desk does", () => {
    expect(length(" a😀é ")).toBe(3);
  });
});
