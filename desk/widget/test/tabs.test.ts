import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../src/api.js";
import type { Chat } from "../src/chat.js";
import { Memory } from "../src/memory.js";
import { Desk, GONE } from "./desk.js";
import { pass, texts } from "./page.js";
import { Channel, Site } from "./site.js";

let desk: Desk;
let site: Site;
let tabs: Chat[];
const log = (): string[] => desk.events_.map((event) => event.text);

async function open(many = 1): Promise<Chat> {
  for (let tab = 0; tab < many; tab += 1) tabs.push(site.tab());
  await pass(10);
  return tabs.at(-1) as Chat;
}

beforeEach(() => {
  vi.useFakeTimers();
  desk = new Desk();
  site = new Site(desk);
  tabs = [];
});
afterEach(() => {
  tabs.forEach((tab) => tab.end());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Eight tabs of a conversation that has begun. */
async function eight(): Promise<Chat[]> {
  (await open()).send("hello", true);
  await pass(10);
  await open(7);
  return tabs;
}

describe("tabs of one site", () => {
  it("show the same with one stream, whichever of them the visitor writes in", async () => {
    const all = await eight();
    expect(desk.streams).toBe(1);
    all[4]?.send("from the fifth", true);
    await pass(10);
    desk.add("bot", "hi");
    await pass(10);
    for (const tab of all) expect(texts(tab)).toEqual(["hello", "from the fifth", "hi"]);
    await pass(120_000);
    expect(desk.streams).toBe(1);
  });

  it.each([
    ["is closed", (tab: Chat) => tab.end()],
    ["is left or frozen", (tab: Chat) => tab.rest()],
  ])("go on at once when the one that follows the desk %s", async (_, leave) => {
    const all = await eight();
    desk.add("bot", "before");
    leave(all[0] as Chat);
    desk.add("bot", "meanwhile");
    await pass(10);
    expect(desk.streams).toBe(1);
    desk.add("bot", "after");
    await pass(10);
    for (const tab of all.slice(1)) expect(texts(tab)).toEqual(log());
  });

  it("go on when the one that follows the desk is hidden for long, and it catches up when it is looked at", async () => {
    const [first, second] = await eight();
    first?.visible(false);
    await pass(61_000);
    desk.add("bot", "meanwhile");
    await pass(10);
    expect([desk.streams, texts(second as Chat), texts(first as Chat)]).toEqual([1, log(), ["hello"]]);
    first?.visible(true);
    await pass(10);
    expect(texts(first as Chat)).toEqual(log());
    expect(desk.streams).toBe(1);
  });

  it("take over from one that hangs, which only listens when it comes round", async () => {
    const all = await eight();
    const [hung] = [...Channel.all];
    if (hung) hung.hangs = true;
    desk.add("bot", "meanwhile");
    await pass(20_000);
    for (const tab of all) expect(texts(tab)).toEqual(log());
    if (hung) hung.hangs = false;
    await pass(20_000);
    desk.add("bot", "after");
    await pass(10);
    expect(desk.streams).toBe(1);
    for (const tab of all) expect(texts(tab)).toEqual(log());
    // It is in the queue again.
    all.slice(1).forEach((tab) => tab.end());
    await pass(10);
    expect(desk.streams).toBe(1);
  });

  it("read for themselves what did not come from the other", async () => {
    const all = await eight();
    Channel.delays = () => [];
    desk.add("bot", "lost on the way");
    await pass(10);
    Channel.delays = () => [0];
    desk.lag = () => 100;
    desk.add("bot", "behind a gap");
    await pass(10);
    // Nothing of it before what comes first.
    for (const tab of all.slice(1)) expect(texts(tab)).toEqual(["hello"]);
    await pass(200);
    for (const tab of all) expect(texts(tab)).toEqual(log());
  });

  it("say that the desk is away, and that it is back", async () => {
    const all = await eight();
    desk.fail = () => new ApiError(0);
    // What breaks the stream, too.
    all[0]?.rest();
    await pass(20_000);
    expect(all.slice(1).map((tab) => tab.state.reach)).toEqual(Array(7).fill("down"));
    desk.fail = () => null;
    await pass(31_000);
    expect(all.slice(1).map((tab) => tab.state.reach)).toEqual(Array(7).fill("ok"));
  });

  it("all learn that the desk has lost the conversation", async () => {
    const all = await eight();
    desk.fail = GONE;
    desk.add("bot", "to nobody");
    await pass(1000);
    expect(all.map((tab) => [tab.state.events, tab.state.lost || tab.state.earlier.length])).toEqual([[[], true], ...Array(7).fill([[], 0])]);
    expect(Channel.all.size).toBe(0);
  });

  it("all poll when one of them finds that the stream is held back, through one of them", async () => {
    const all = await eight();
    desk.streamWorks = false;
    const polls = vi.spyOn(desk, "events");
    all[4]?.send("hello?", true);
    await pass(10);
    desk.add("bot", "hi");
    await pass(10_000);
    desk.add("staff", "this is Maya");
    await pass(10);
    for (const tab of all) expect(texts(tab)).toEqual(log());
    expect(desk.streams).toBe(0);
    expect(polls.mock.calls.length).toBeLessThan(20);
    // And who takes over knows.
    all[0]?.end();
    await pass(1000);
    expect(desk.streams).toBe(0);
  });

  it("say who is writing", async () => {
    const all = await eight();
    desk.type({ from: "staff", typing: true });
    await pass(10);
    expect(all.map((tab) => tab.state.typing)).toEqual(Array(8).fill("staff"));
  });

  it("do not meet where they cannot have the same conversation, or are of different builds", async () => {
    await eight();
    // A tab without the browser's storage.
    vi.stubGlobal("localStorage", undefined);
    const apart = await open();
    apart.send("of its own", true);
    await pass(1000);
    expect([...new Set([...Channel.all].map(({ name }) => name))].length).toBe(2);
    expect(desk.streams).toBe(2);
    expect([...Channel.all].every(({ name }) => name.includes("this build"))).toBe(true);
  });

  it.each([
    ["no locks", () => vi.stubGlobal("navigator", {})],
    ["no channel", () => vi.stubGlobal("BroadcastChannel", undefined)],
    ["locks that are denied", () => vi.stubGlobal("navigator", { locks: { request: () => Promise.reject(new DOMException("", "SecurityError")) } })],
  ])("have a stream each in a browser with %s", async (_, without) => {
    without();
    const all = (await eight()).slice(0, 3);
    tabs.slice(3).forEach((tab) => tab.end());
    desk.add("bot", "hi");
    await pass(10);
    for (const tab of all) expect(texts(tab)).toEqual(["hello", "hi"]);
    expect(desk.streams).toBe(3);
  });

  it("begin one conversation when they write at the same moment", async () => {
    await open(2);
    tabs.forEach((tab, index) => tab.send(`hello ${index}`, true));
    await pass(1000);
    expect(desk.made).toBe(1);
    for (const tab of tabs) expect(texts(tab)).toEqual(["hello 0", "hello 1"]);
  });

  it("begin one also in a browser that takes its time to tell one tab what another stored", async () => {
    const kept = new Map<string, unknown>();
    class Late extends Memory {
      override get(name: "conversation"): unknown {
        return kept.get(name) ?? null;
      }
      override set(name: "conversation", value: unknown): void {
        setTimeout(() => kept.set(name, value), 200);
      }
    }
    for (const words of ["hello", "hi"]) {
      tabs.push(site.tab(undefined, new Late("https://desk.example")));
      tabs.at(-1)?.send(words, true);
    }
    await pass(2000);
    expect([desk.made, log()]).toEqual([1, ["hello", "hi"]]);
  });

  it("do not wait for ever for one that hangs while it begins the conversation", async () => {
    void site.locks.request("nightdesk begin", {}, () => new Promise(() => undefined));
    (await open()).send("hello", true);
    await pass(16_000);
    expect(log()).toEqual(["hello"]);
  });

  it("tell two messages with the same words apart", async () => {
    const [one, two] = await eight();
    const real = desk.send.bind(desk);
    desk.send = async (to, key, text) => {
      // The second's does not get through.
      if (two?.state.pending.some((message) => message.key === key)) throw new ApiError(0);
      return real(to, key, text);
    };
    one?.send("help", true);
    two?.send("help", true);
    await pass(10_000);
    expect(log()).toEqual(["hello", "help"]);
    expect(two?.state.pending).toMatchObject([{ text: "help", status: "failed" }]);
  });
});

describe("a message that a closed tab could not deliver", () => {
  async function closedWith(text: string): Promise<void> {
    desk.fail = () => new ApiError(0);
    const tab = await open();
    tab.send(text, true);
    await pass(10);
    tab.end();
    // What it was still at ends with it.
    await pass(5000);
    desk.fail = () => null;
  }

  it("is sent by the next page of the site, once, also when two are opened", async () => {
    await closedWith("help");
    await open(2);
    expect(log()).toEqual(["help"]);
    // The browser tells the other that something new is stored.
    tabs.forEach((tab) => tab.adopt());
    await pass(10);
    for (const tab of tabs.slice(1)) expect([texts(tab), tab.state.pending]).toEqual([["help"], []]);
    expect((await open()).state.pending).toEqual([]);
  });

  it("is sent by a page that is there already when it is looked at", async () => {
    const there = await open();
    await closedWith("help");
    there.visible(true);
    await pass(10);
    expect([log(), texts(there)]).toEqual([["help"], ["help"]]);
  });

  it("is shown as not delivered when it is old, until it is sent or removed", async () => {
    await closedWith("help");
    await closedWith("more help");
    await pass(11 * 60_000);
    const tab = await open();
    expect(log()).toEqual([]);
    expect(tab.state.pending).toMatchObject([
      { text: "help", status: "failed" },
      { text: "more help", status: "failed" },
    ]);
    tab.retry(tab.state.pending[0]?.key ?? "");
    await pass(10);
    tab.drop(tab.state.pending[0]?.key ?? "");
    expect([log(), tab.state.pending]).toEqual([["help"], []]);
    expect((await open()).state.pending).toEqual([]);
  });

  it("is no longer shown as not delivered once another tab has sent it", async () => {
    await closedWith("help");
    await pass(11 * 60_000);
    const [one, two] = [await open(), await open()];
    expect(two.state.pending.length).toBe(1);
    one.send("I am here", true);
    await pass(10);
    one.retry(two.state.pending[0]?.key ?? "");
    await pass(10);
    two.visible(true);
    await pass(10);
    expect([two.state.pending, texts(two)]).toEqual([[], ["I am here", "help"]]);
  });

  it("is not given to the visitor twice when the desk refuses it", async () => {
    const first = await open();
    let refuse: () => void = () => undefined;
    desk.send = () => new Promise((_, reject) => (refuse = () => reject(new ApiError(422, "Too long."))));
    first.send("help", true);
    await pass(10);
    const second = await open();
    refuse();
    await pass(10);
    expect(first.state.draft).toBe("help");
    expect(second.state).toMatchObject({ draft: "", pending: [] });
  });
});

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("whatever happens", () => {
  it.each(Array.from({ length: 150 }, (_, seed) => seed))("nothing is lost, doubled or out of order (%i)", async (seed) => {
    const random = numbers(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    /** What a tab has read is whole at any moment. */
    const whole = (chat: Chat): void => {
      const { events, cursor } = chat.state;
      expect(events.filter(({ seq }) => seq <= cursor).map(({ text }) => text)).toEqual(log().slice(0, cursor));
    };
    const opened = (): Chat => site.tab(whole);
    const said: string[] = [];
    Channel.delays = () => (random() < 0.2 ? [] : Array.from({ length: random() < 0.2 ? 2 : 1 }, () => random() * 300));
    desk.lag = () => random() * 200;
    tabs = [opened(), opened(), opened()];
    const acts: (() => void)[] = [
      () => desk.add(pick(["bot", "staff", "system"] as const), `said ${desk.events_.length}`),
      () => {
        said.push(`asked ${said.length}`);
        pick(tabs).send(said.at(-1) as string, true);
      },
      () => tabs.push(opened()),
      () => tabs.length > 1 && tabs.splice(Math.floor(random() * tabs.length), 1)[0]?.end(),
      () => pick(tabs).rest(),
      () => pick(tabs).visible(random() < 0.5),
      () => (desk.fail = () => (random() < 0.7 ? new ApiError(pick([0, 503])) : null)),
      () => (desk.fail = () => null),
      () => (desk.streamWorks = random() < 0.5),
      () => ([...Channel.all].forEach((channel) => (channel.hangs = random() < 0.2))),
    ];
    for (let step = 0; step < 60; step += 1) {
      pick(acts)();
      await pass(random() < 0.1 ? 70_000 : random() * 3000);
    }
    desk.fail = () => null;
    Channel.delays = () => [0];
    [...Channel.all].forEach((channel) => (channel.hangs = false));
    desk.streamWorks = true;
    await pass(60_000);
    tabs.push(opened());
    tabs.forEach((tab) => tab.visible(true));
    await pass(6 * 60_000);
    for (const tab of tabs) for (const message of tab.state.pending) tab.retry(message.key);
    await pass(60_000);
    for (const tab of tabs) {
      expect(texts(tab)).toEqual(log());
      expect(tab.state).toMatchObject({ pending: [], reach: "ok" });
    }
    const asked = desk.events_.filter((event) => event.from === "visitor").map((event) => event.text);
    expect(asked.sort()).toEqual(said.sort());
    expect(desk.streams).toBe(desk.events_.length || said.length ? 1 : 0);
  });
});
