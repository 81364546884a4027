/** What becomes of a chat whose page is left. */
import { describe, expect, vi } from "vitest";
import { ApiError } from "../src/api.js";
import { Chat } from "../src/chat.js";
import { Memory, undelivered } from "../src/memory.js";
import { Desk } from "./desk.js";
import { it, pass, stall } from "./page.js";

describe("Chat", () => {
  it("sends what is on its way once more when the visitor leaves, each once, and then nothing", async ({ chat, desk, memory }) => {
    await stall(chat, desk, "a", "b");
    expect(desk.stored.map(({ text }) => text)).toEqual(["hello", "a"]);
    chat.end(true);
    await pass();
    expect(desk.stored.map(({ text }) => text)).toEqual(["hello", "a", "b"]);
    memory.forget(false);
    await pass(120_000);
    expect(desk.stored.length).toBe(3);
    expect([memory.get("pending"), memory.get("conversation")]).toEqual([null, null]);
  });

  it("sends the first words once, whatever becomes of the page before the desk has answered", async () => {
    const doings: ((chat: Chat) => void)[] = [
      (chat) => chat.end(true),
      (chat) => chat.rest(),
      (chat) => chat.visible(false),
    ];
    for (const gone of doings) {
      const desk = new Desk();
      desk.lag = () => 60_000;
      const memory = new Memory(`https://desk-${doings.indexOf(gone)}.example`);
      const left = new Chat(desk, memory, () => undefined);
      left.start();
      left.send("help", true);
      left.send("please", true);
      gone(left);
      await pass();
      expect(desk.stored.map(({ text }) => text)).toEqual(["help", "please"]);
      left.end();
      // What the page has not heard of, the next one sends with the same keys, into the same conversation.
      desk.lag = () => 0;
      const next = new Chat(desk, memory, () => undefined);
      next.start();
      await pass(30_000);
      next.end();
      expect([desk.made, desk.stored.length]).toEqual([1, 2]);
      expect(next.state.pending).toEqual([]);
    }
  });

  it("that was left quickly in another tab keeps nothing, and begins nothing anew", async ({ chat, desk, memory }) => {
    desk.lag = () => 1000;
    chat.start();
    chat.send("help", true);
    await pass(100);
    // The other tab forgets, and tells this one.
    memory.forget(false);
    chat.end(true);
    memory.forget(false);
    await pass(30_000);
    expect([desk.made, desk.stored.length]).toEqual([1, 1]);
    expect([memory.get("begun"), memory.get("pending"), memory.get("conversation")]).toEqual([null, null, null]);
  });

  it("that ends otherwise leaves that to the next", async ({ chat, desk, memory }) => {
    await stall(chat, desk, "a", "b");
    chat.end();
    await pass();
    expect(desk.stored.map(({ text }) => text)).toEqual(["hello", "a"]);
    expect(undelivered(memory).map(({ text }) => text)).toEqual(["b"]);
  });

  it("that has ended does nothing more, and another takes up what it left, once", async ({ chat, desk, memory }) => {
    memory.set("conversation", { id: "c9", token: "t" });
    chat.start();
    await pass();
    desk.fail = () => new ApiError(0);
    chat.send("hello", true);
    chat.draft("half a");
    await pass();
    chat.end();
    const left = chat.state;

    const next = new Chat(desk, memory, () => undefined);
    next.start();
    desk.fail = () => null;
    await pass(30_000);
    expect(desk.stored.map(({ text }) => text)).toEqual(["hello"]);
    expect(next.state).toMatchObject({ draft: "half a", pending: [] });
    expect(memory.get("pending")).toBeNull();
    desk.add("bot", "hi");
    await pass();
    expect(next.state.events.map(({ text }) => text)).toEqual(["hello", "hi"]);
    chat.draft("of the old one");
    expect([chat.state, memory.get("draft")]).toEqual([left, "half a"]);
    next.end();
  });

  it("that ends while a message is on its way follows nothing", async ({ chat, desk }) => {
    let arrive: () => void = () => undefined;
    const real = desk.send.bind(desk);
    desk.send = (to, key, text) => new Promise((resolve) => { arrive = () => resolve(real(to, key, text)); });
    const followed = vi.spyOn(desk, "events");
    chat.send("hello", true);
    await pass();
    chat.end();
    arrive();
    await pass(30_000);
    expect(desk.stored.length).toBe(1);
    expect(followed).not.toHaveBeenCalled();
  });
});
