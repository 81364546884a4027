import { describe, expect } from "vitest";
import { ApiError } from "../src/api.js";
import { Chat } from "../src/chat.js";
import { conversation } from "../src/memory.js";
import { it, pass, texts } from "./page.js";

describe("Chat", () => {
  it("makes the conversation with the first message, not before", async ({ chat, desk, memory }) => {
    chat.start();
    await pass(1000);
    expect(desk.made).toBe(0);
    chat.send("hello", true);
    await pass();
    expect(desk.made).toBe(1);
    expect(conversation(memory)).toEqual({ id: "c1", token: desk.tokens[0] });
    desk.add("bot", "hi");
    await pass();
    expect(texts(chat)).toEqual(["hello", "hi"]);
  });

  it("shows the transcript again after a reload", async ({ chat, desk, memory }) => {
    memory.set("conversation", { id: "c9", token: "t" });
    desk.add("visitor", "hello");
    desk.add("bot", "hi");
    chat.start();
    await pass();
    expect(texts(chat)).toEqual(["hello", "hi"]);
    expect(desk.made).toBe(0);
  });

  it("begins no second conversation where another tab has begun one, or what a page keeps was taken away", async ({ chat, desk, memory }) => {
    desk.lag = () => 1000;
    chat.start();
    chat.send("one", true);
    await pass(100);
    // An old page may clear all that is kept.
    memory.set("begun", null);
    const other = new Chat(desk, memory, () => undefined);
    chat.rest();
    await pass(5000);
    other.send("two", true);
    other.visible(false);
    await pass(5000);
    other.end();
    expect([desk.made, desk.stored.map(({ text }) => text)]).toEqual([1, ["one", "two"]]);
    expect(memory.get("begun")).toBeNull();
  });

  it("has the first words at the desk with the first request", async ({ chat, desk }) => {
    desk.send = () => new Promise(() => undefined);
    chat.start();
    chat.send("help", true);
    await pass();
    expect(desk.stored.map(({ text }) => text)).toEqual(["help"]);
  });

  it("asks for the same conversation again when the answer was lost", async ({ chat, desk }) => {
    let answers = 0;
    desk.lag = () => (answers++ ? 0 : 500);
    chat.start();
    chat.send("help", true);
    await pass(100);
    desk.fail = () => new ApiError(0);
    await pass(1000);
    desk.fail = () => null;
    await pass(10_000);
    expect([desk.made, desk.stored.length, chat.state.pending.length]).toEqual([1, 1, 0]);
  });

  it("tries again with the same key, and stores once", async ({ chat, desk }) => {
    let calls = 0;
    const real = desk.send.bind(desk);
    desk.send = async (to, key, text) => {
      const seq = await real(to, key, text);
      calls += 1;
      // Stored, but the answer is lost on the way.
      if (calls < 3) throw new ApiError(0);
      return seq;
    };
    chat.send("hello", true);
    await pass(10_000);
    expect(calls).toBe(3);
    expect(desk.stored.length).toBe(1);
    expect(chat.state.pending).toEqual([]);
    expect(texts(chat)).toEqual(["hello"]);
  });

  it("says so when a message cannot be delivered, and delivers it on request", async ({ chat, desk }) => {
    desk.fail = () => new ApiError(0);
    chat.send("hello", true);
    await pass(10_000);
    expect(chat.state).toMatchObject({ reach: "down", pending: [{ text: "hello", status: "failed" }] });
    desk.fail = () => null;
    chat.retry(chat.state.pending[0]?.key ?? "");
    await pass();
    expect(chat.state).toMatchObject({ reach: "ok", pending: [] });
    expect(desk.stored.map((one) => one.text)).toEqual(["hello"]);
  });

  it("keeps what could not be delivered over a reload", async ({ chat, desk, memory }) => {
    desk.fail = () => new ApiError(0);
    chat.send("hello", true);
    chat.draft("half a thought");
    await pass(10_000);
    const next = new Chat(desk, memory, () => undefined);
    next.start();
    expect(next.state).toMatchObject({ draft: "half a thought", pending: [{ text: "hello", status: "failed" }] });
  });

  it("sends on what was under way when the page was left", async ({ chat, desk, memory }) => {
    memory.set("pending", [{ key: "k", text: "help", at: new Date().toISOString(), status: "sending" }]);
    chat.start();
    await pass();
    expect(desk.stored).toEqual([{ key: "k", text: "help" }]);
  });

  it.for([422, 413, 429])("gives the words back that were refused with %i", async (status, { chat, desk }) => {
    desk.fail = () => new ApiError(status, "Please wait.");
    chat.send("hello", true);
    await pass(10_000);
    expect(chat.state).toMatchObject({ draft: "hello", refusal: "Please wait.", pending: [] });
  });

  it("polls when the stream is held back", async ({ chat, desk }) => {
    desk.streamWorks = false;
    chat.send("hello", true);
    await pass();
    desk.add("bot", "hi");
    await pass(6000);
    expect(texts(chat)).toEqual(["hello", "hi"]);
    desk.add("staff", "this is Maya");
    await pass();
    expect(texts(chat)).toEqual(["hello", "hi", "this is Maya"]);
  });

  it("does not flood a desk that answers polls at once", async ({ chat, desk }) => {
    desk.streamWorks = false;
    let polls = 0;
    const real = desk.events.bind(desk);
    desk.events = async (of, after) => {
      polls += 1;
      return real(of, after, false);
    };
    chat.send("hello", true);
    await pass();
    desk.add("bot", "hi");
    await pass(60_000);
    expect(texts(chat)).toEqual(["hello", "hi"]);
    expect(polls).toBeLessThan(100);
  });

  it("catches up after the desk was away", async ({ chat, desk }) => {
    chat.send("hello", true);
    await pass();
    desk.fail = () => new ApiError(503);
    chat.visible(false);
    await pass(61_000);
    chat.visible(true);
    await pass(5000);
    expect(chat.state.reach).toBe("down");
    desk.add("staff", "are you there?");
    desk.fail = () => null;
    chat.nudge();
    await pass();
    expect(chat.state.reach).toBe("ok");
    expect(texts(chat)).toEqual(["hello", "are you there?"]);
  });

  it("begins a conversation for what is asked first, one for all who ask at once, and follows it", async ({ chat, desk, memory }) => {
    chat.send("hello", true);
    await Promise.all([chat.ask("contact", {}), chat.ask("typing", {})]);
    await pass();
    expect(desk.asked).toEqual([["c1", "POST", "contact"], ["c1", "POST", "typing"]]);
    expect([desk.made, conversation(memory)?.id]).toEqual([1, "c1"]);
    desk.add("system", "Thank you.");
    await pass();
    expect(texts(chat)).toEqual(["hello", "Thank you."]);
  });

  it("tries anew to begin one after that has failed", async ({ chat, desk }) => {
    desk.fail = () => new ApiError(503, "Later.");
    await expect(chat.ask("contact", {})).rejects.toMatchObject({ status: 503, message: "Later." });
    desk.fail = () => null;
    await chat.ask("contact", {});
    expect(desk.made).toBe(1);
  });

  it("does not show somebody writing for ever", async ({ chat }) => {
    chat.send("hello", true);
    await pass();
    expect(chat.state.typing).toBe("bot");
    await pass(21_000);
    expect(chat.state.typing).toBe("");
  });
});
