/** What becomes of a chat whose conversation is deleted, lost, or begun anew. */
import { describe, expect } from "vitest";
import type { Chat } from "../src/chat.js";
import { conversation } from "../src/memory.js";
import { EMPTY } from "../src/store.js";
import { GONE } from "./desk.js";
import { it, pass, stall, texts } from "./page.js";

/** The page is left for a while and looked at again: it reads the conversation anew. */
async function comeBack(chat: Chat): Promise<void> {
  chat.visible(false);
  await pass(61_000);
  chat.visible(true);
  await pass(1000);
}

describe("Chat", () => {
  it("sends nothing of a deleted conversation into a new one", async ({ chat, desk }) => {
    await stall(chat, desk, "second");
    // Deleted meanwhile: the desk knows neither its id nor its token.
    desk.tokens = ["another's"];
    desk.stored = [];
    chat.rest();
    await pass();
    expect([desk.tokens.length, desk.stored]).toEqual([1, []]);
  });

  it("takes along what is on its way when a new chat is wanted", async ({ chat, desk, memory }) => {
    await stall(chat, desk, "a", "please call me");
    chat.rest();
    chat.lose("fresh");
    await pass(120_000);
    expect([desk.made, desk.stored.map(({ text }) => text)]).toEqual([1, ["hello", "a", "please call me"]]);
    expect([texts(chat), chat.state.pending, memory.get("begun")]).toEqual([[], [], null]);
  });

  it("that was begun anew takes nothing from the one before", async ({ chat, desk }) => {
    chat.start();
    desk.lag = () => 1000;
    chat.send("before", true);
    await pass();
    chat.lose("fresh");
    await pass(2000);
    desk.add("bot", "an answer to what was before");
    await pass(30_000);
    expect([texts(chat), chat.state.pending]).toEqual([[], []]);
    expect(desk.streams).toBe(0);
  });

  it("takes a message to a new conversation when the desk does not know the old one", async ({ chat, desk, memory }) => {
    memory.set("conversation", { id: "gone", token: "t" });
    const real = desk.send.bind(desk);
    desk.send = async (to, key, text) => {
      if (to.id === "gone") throw GONE();
      return real(to, key, text);
    };
    desk.add("bot", "from before");
    chat.start();
    await pass();
    desk.events_ = [];
    chat.send("hello", true);
    await pass();
    expect(chat.state.earlier.map((event) => event.text)).toEqual(["from before"]);
    expect(texts(chat)).toEqual(["hello"]);
    expect(conversation(memory)?.id).toBe("c1");
  });

  it("leaves nothing of a conversation that the visitor had deleted", async ({ chat, desk, memory }) => {
    chat.send("hello", true);
    await pass();
    chat.draft("half a");
    chat.lose("fresh");
    expect(chat.state).toEqual({ ...EMPTY, reach: "ok" });
    for (const name of ["conversation", "seen", "draft", "pending"] as const) expect(memory.get(name)).toBeNull();
    desk.stored = [];
    desk.events_ = [];
    chat.send("new", true);
    await pass();
    expect([conversation(memory)?.id, texts(chat), chat.state.lost]).toEqual(["c2", ["new"], false]);
  });

  it("shows nothing of what was deleted in another tab, and still sends what is being written", async ({ chat, desk, memory }) => {
    chat.send("hello", true);
    await pass();
    chat.draft("half a");
    // The other tab has deleted it there, and forgotten it in the browser.
    memory.set("conversation", null);
    desk.fail = GONE;
    await comeBack(chat);
    expect([chat.state.earlier, chat.state.events, chat.state.lost]).toEqual([[], [], false]);
    expect(chat.state.draft).toBe("half a");
    desk.fail = () => null;
    desk.stored = [];
    desk.events_ = [];
    chat.send("I need help", true);
    await pass();
    expect([conversation(memory)?.id, texts(chat)]).toEqual(["c2", ["I need help"]]);
  });

  it("keeps on the screen what the desk has lost while the browser still knew it", async ({ chat, desk, memory }) => {
    chat.send("hello", true);
    await pass();
    desk.fail = GONE;
    await comeBack(chat);
    expect([chat.state.earlier.map((event) => event.text), conversation(memory)]).toEqual([["hello"], null]);
  });
});
