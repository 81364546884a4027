import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, type ChatEvent } from "../src/api.js";
import { Chat } from "../src/chat.js";
import { conversation, Memory, undelivered } from "../src/memory.js";
import { rate } from "../src/more/rate.js";
import { EMPTY } from "../src/store.js";
import { Desk, GONE } from "./desk.js";

let desk: Desk;
let memory: Memory;
let chat: Chat;
const texts = (): string[] => chat.state.events.map((event) => event.text);
/** The tab is left for a while and looked at again: it reads the conversation anew. */
async function comeBack(): Promise<void> {
  chat.visible(false);
  await pass(61_000);
  chat.visible(true);
  await pass(1000);
}

const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  desk = new Desk();
  memory = new Memory("https://desk.example");
  chat = new Chat(desk, memory, () => undefined);
});
afterEach(() => {
  chat.visible(false);
  vi.useRealTimers();
});

describe("Chat", () => {
  it("makes the conversation with the first message, not before", async () => {
    chat.start();
    await pass(1000);
    expect(desk.made).toBe(0);
    chat.send("hello", true);
    await pass();
    expect(desk.made).toBe(1);
    expect(conversation(memory)).toEqual({ id: "c1", token: desk.tokens[0] });
    desk.add("bot", "hi");
    await pass();
    expect(texts()).toEqual(["hello", "hi"]);
  });

  it("shows the transcript again after a reload", async () => {
    memory.set("conversation", { id: "c9", token: "t" });
    desk.add("visitor", "hello");
    desk.add("bot", "hi");
    chat.start();
    await pass();
    expect(texts()).toEqual(["hello", "hi"]);
    expect(desk.made).toBe(0);
  });

  it("sends what is on its way once more when the visitor leaves, each once, and then nothing", async () => {
    chat.start();
    chat.send("hello", true);
    await pass(1000);
    // The first answer never comes, and the second message waits for it.
    desk.lag = () => 60_000;
    chat.send("a", true);
    chat.send("b", true);
    await pass();
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
      desk = new Desk();
      desk.lag = () => 60_000;
      memory = new Memory(`https://desk-${doings.indexOf(gone)}.example`);
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

  it("begins no second conversation where another tab has begun one, or what a page keeps was taken away", async () => {
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

  it("that was left quickly in another tab keeps nothing, and begins nothing anew", async () => {
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

  it("sends nothing of a deleted conversation into a new one", async () => {
    chat.start();
    chat.send("hello", true);
    await pass(1000);
    desk.lag = () => 60_000;
    chat.send("second", true);
    await pass();
    // Deleted meanwhile: the desk knows neither its id nor its token.
    desk.tokens = ["another's"];
    desk.stored = [];
    chat.rest();
    await pass();
    expect([desk.tokens.length, desk.stored]).toEqual([1, []]);
  });

  it("takes along what is on its way when a new chat is wanted", async () => {
    chat.start();
    chat.send("hello", true);
    await pass(1000);
    desk.lag = () => 60_000;
    chat.send("a", true);
    chat.send("please call me", true);
    await pass();
    chat.rest();
    chat.lose("fresh");
    await pass(120_000);
    expect([desk.made, desk.stored.map(({ text }) => text)]).toEqual([1, ["hello", "a", "please call me"]]);
    expect([texts(), chat.state.pending, memory.get("begun")]).toEqual([[], [], null]);
  });

  it("has the first words at the desk with the first request", async () => {
    desk.send = () => new Promise(() => undefined);
    chat.start();
    chat.send("help", true);
    await pass();
    expect(desk.stored.map(({ text }) => text)).toEqual(["help"]);
  });

  it("asks for the same conversation again when the answer was lost", async () => {
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

  it("that ends otherwise leaves that to the next", async () => {
    chat.start();
    chat.send("hello", true);
    await pass(1000);
    desk.lag = () => 60_000;
    chat.send("a", true);
    chat.send("b", true);
    await pass();
    chat.end();
    await pass();
    expect(desk.stored.map(({ text }) => text)).toEqual(["hello", "a"]);
    expect(undelivered(memory).map(({ text }) => text)).toEqual(["b"]);
  });

  it("that was begun anew takes nothing from the one before", async () => {
    chat.start();
    desk.lag = () => 1000;
    chat.send("before", true);
    await pass();
    chat.lose("fresh");
    await pass(2000);
    desk.add("bot", "an answer to what was before");
    await pass(30_000);
    expect([texts(), chat.state.pending]).toEqual([[], []]);
    expect(desk.streams).toBe(0);
  });

  it("tries again with the same key, and stores once", async () => {
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
    expect(texts()).toEqual(["hello"]);
  });

  it("says so when a message cannot be delivered, and delivers it on request", async () => {
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

  it("keeps what could not be delivered over a reload", async () => {
    desk.fail = () => new ApiError(0);
    chat.send("hello", true);
    chat.draft("half a thought");
    await pass(10_000);
    const next = new Chat(desk, memory, () => undefined);
    next.start();
    expect(next.state).toMatchObject({ draft: "half a thought", pending: [{ text: "hello", status: "failed" }] });
  });

  it("sends on what was under way when the page was left", async () => {
    memory.set("pending", [{ key: "k", text: "help", at: new Date().toISOString(), status: "sending" }]);
    chat.start();
    await pass();
    expect(desk.stored).toEqual([{ key: "k", text: "help" }]);
  });

  it.each([422, 413, 429])("gives the words back that were refused with %i", async (status) => {
    desk.fail = () => new ApiError(status, "Please wait.");
    chat.send("hello", true);
    await pass(10_000);
    expect(chat.state).toMatchObject({ draft: "hello", refusal: "Please wait.", pending: [] });
  });

  it("takes a message to a new conversation when the desk does not know the old one", async () => {
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
    expect(texts()).toEqual(["hello"]);
    expect(conversation(memory)?.id).toBe("c1");
  });

  it("polls when the stream is held back", async () => {
    desk.streamWorks = false;
    chat.send("hello", true);
    await pass();
    desk.add("bot", "hi");
    await pass(6000);
    expect(texts()).toEqual(["hello", "hi"]);
    desk.add("staff", "this is Maya");
    await pass();
    expect(texts()).toEqual(["hello", "hi", "this is Maya"]);
  });

  it("does not flood a desk that answers polls at once", async () => {
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
    expect(texts()).toEqual(["hello", "hi"]);
    expect(polls).toBeLessThan(100);
  });

  it("catches up after the desk was away", async () => {
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
    expect(texts()).toEqual(["hello", "are you there?"]);
  });

  const asked = async (): Promise<ChatEvent> => {
    chat.send("is it safe?", true);
    await pass();
    const seq = desk.add("bot", "yes");
    desk.events_[seq - 1]!.feedback = { helpful: null };
    await pass();
    return chat.state.events.at(-1) as ChatEvent;
  };

  it("shows what was said about an answer once the desk has it, also after a reload", async () => {
    const event = await asked();
    await rate(chat, event, false);
    expect(chat.state.events.at(-1)).toEqual({ ...event, feedback: { helpful: false } });
    expect([chat.state.events.length, chat.state.cursor]).toEqual([2, 2]);
    const next = new Chat(desk, memory, () => undefined);
    next.start();
    await pass();
    expect(next.state.events.at(-1)?.feedback).toEqual({ helpful: false });
  });

  it("shows nothing as said that the desk did not take", async () => {
    const event = await asked();
    for (const status of [0, 401, 404, 429, 503]) {
      desk.fail = () => new ApiError(status);
      await expect(rate(chat, event, true)).rejects.toMatchObject({ status });
      expect(chat.state.events.at(-1)?.feedback).toEqual({ helpful: null });
    }
    // The conversation goes on: 404 may be said of the answer alone.
    expect(conversation(memory)?.id).toBe("c1");
  });

  it("does not carry what was said into another conversation", async () => {
    const event = await asked();
    const real = desk.ask.bind(desk);
    desk.ask = async (...given) => {
      const answer = await real(...given);
      desk.send = async () => {
        throw GONE();
      };
      desk.events_ = [];
      chat.send("hello", true);
      await pass();
      return answer;
    };
    await rate(chat, event, true);
    expect(chat.state.events).toEqual([]);
    expect(chat.state.earlier.at(-1)?.feedback).toBeNull();
  });

  it("begins a conversation for what is asked first, one for all who ask at once, and follows it", async () => {
    chat.send("hello", true);
    await Promise.all([chat.ask("contact", {}), chat.ask("typing", {})]);
    await pass();
    expect(desk.asked).toEqual([["c1", "POST", "contact"], ["c1", "POST", "typing"]]);
    expect([desk.made, conversation(memory)?.id]).toEqual([1, "c1"]);
    desk.add("system", "Thank you.");
    await pass();
    expect(texts()).toEqual(["hello", "Thank you."]);
  });

  it("tries anew to begin one after that has failed", async () => {
    desk.fail = () => new ApiError(503, "Later.");
    await expect(chat.ask("contact", {})).rejects.toMatchObject({ status: 503, message: "Later." });
    desk.fail = () => null;
    await chat.ask("contact", {});
    expect(desk.made).toBe(1);
  });

  it("leaves nothing of a conversation that the visitor had deleted", async () => {
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
    expect([conversation(memory)?.id, texts(), chat.state.lost]).toEqual(["c2", ["new"], false]);
  });

  it("that has ended does nothing more, and another takes up what it left, once", async () => {
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

  it("that ends while a message is on its way follows nothing", async () => {
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

  it("shows nothing of what was deleted in another tab, and still sends what is being written", async () => {
    chat.send("hello", true);
    await pass();
    chat.draft("half a");
    // The other tab has deleted it there, and forgotten it in the browser.
    memory.set("conversation", null);
    desk.fail = GONE;
    await comeBack();
    expect([chat.state.earlier, chat.state.events, chat.state.lost]).toEqual([[], [], false]);
    expect(chat.state.draft).toBe("half a");
    desk.fail = () => null;
    desk.stored = [];
    desk.events_ = [];
    chat.send("I need help", true);
    await pass();
    expect([conversation(memory)?.id, texts()]).toEqual(["c2", ["I need help"]]);
  });

  it("keeps on the screen what the desk has lost while the browser still knew it", async () => {
    chat.send("hello", true);
    await pass();
    desk.fail = GONE;
    await comeBack();
    expect([chat.state.earlier.map((event) => event.text), conversation(memory)]).toEqual([["hello"], null]);
  });

  it("does not show somebody writing for ever", async () => {
    chat.send("hello", true);
    await pass();
    expect(chat.state.typing).toBe("bot");
    await pass(21_000);
    expect(chat.state.typing).toBe("");
  });
});
