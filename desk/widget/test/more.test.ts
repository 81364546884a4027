import { describe, expect, it, vi } from "vitest";
import { moreLoader, type Tools } from "../src/more.js";
import { start } from "../src/more/start.js";
import { EMPTY } from "../src/store.js";

const root = { host: {}, adoptedStyleSheets: [] as unknown[] } as unknown as ShadowRoot;
const place = { addEventListener: () => undefined, closest: () => null } as unknown as HTMLElement;
vi.stubGlobal("CSSStyleSheet", class { replaceSync(): void {} });
const tools: Tools = {
  html: ((strings: TemplateStringsArray, ...values: unknown[]) => ({ strings, values })) as unknown as Tools["html"],
  nothing: Symbol("nothing") as Tools["nothing"],
  root,
  place,
  menu: place,
  lang: "en",
  list: undefined,
  sourceLine: (source) => (source ? "From the clinic" : ""),
  safely: (act) => (...given) => void act(...given),
  forget: () => undefined,
  person: "Talk to a person",
  send: () => undefined,
  chat: { state: EMPTY, ask: async () => new Response(), take: () => undefined, lose: () => undefined, rest: () => undefined },
  draw: () => undefined,
};
const loadMore = moreLoader();
const load = (answer: () => Promise<unknown>): ReturnType<typeof loadMore> => loadMore("https://desk.example", tools, answer);

describe("the third file", () => {
  it("is loaded from the desk, and draws for the build that it belongs to", async () => {
    const addresses: string[] = [];
    const more = await loadMore("https://desk.example", tools, async (address) => {
      addresses.push(address);
      return { start };
    });
    expect(addresses).toEqual([expect.stringMatching(/^https:\/\/desk\.example\/widget-more\.js\?this build-\d+$/)]);
    const event = { seq: 1, at: "2026-11-22T10:00:00Z", from: "bot" as const, text: "x" };
    expect(more?.source({ ...event, source: { kind: "passage", passages: [{ title: "A" }] } }, "e1")).toBeTruthy();
    expect(more?.below({ ...event, feedback: { helpful: null } }, "e1")).toEqual([expect.anything(), null]);
    expect(more?.below({ ...event, feedback: null }, "e1")).toEqual([null, null]);
    expect(more?.below(event, "e1")).toEqual([null, null]);
    expect(more?.menu()).toBeTruthy();
    expect(more?.sheet()).toBeNull();
    // Of the clinic's own words the line says all, unless somebody reviewed them.
    expect(more?.source({ ...event, source: { kind: "clinic", review: null } }, "e1")).toBeNull();
    expect(more?.source({ ...event, source: null }, "e1")).toBeNull();
    expect(more?.day(new Date().toISOString(), new Date())).toBe("Today");
    expect(more?.source({ ...event, source: { kind: "clinic", review: { on: "2026-11-03" } } }, "e1")).toBeTruthy();
  });

  it.each([
    ["of the desk that offers it", { from: "system" as const, offers: ["contact"] }, true],
    ["of the desk that offers something newer", { from: "system" as const, offers: ["video", "contact"] }, true],
    ["of the desk that offers nothing", { from: "system" as const, offers: [] }, false],
    ["of an older desk", { from: "system" as const }, false],
    ["of a desk that sends anything", { from: "system" as const, offers: "contact" as unknown as string[] }, false],
    ["of the bot", { from: "bot" as const, offers: ["contact"] }, false],
  ])("draws the way to the form below a text %s", (_, event, offered) => {
    const below = start("this build", tools)?.below({ seq: 1, at: "", text: "x", ...event }, "e1");
    expect([below?.[0], below?.[1] !== null]).toEqual([null, offered]);
  });

  it("tells a person that the visitor writes a message, and nobody else", () => {
    vi.useFakeTimers();
    let input: (event: unknown) => void = () => undefined;
    const asked: unknown[] = [];
    const own = { addEventListener: (_: string, listen: typeof input) => (input = listen) } as unknown as HTMLElement;
    const chat = { ...tools.chat, ask: async (...given: unknown[]) => (asked.push(given), Promise.reject(new Error("down"))) };
    start("this build", { ...tools, place: own, chat });
    const type = (id: string): void => {
      input({ target: { id } });
      vi.advanceTimersByTime(10_000);
    };
    type("input");
    expect(asked).toEqual([]);
    chat.state = { ...EMPTY, events: [{ seq: 1, at: "", from: "system", text: "x", person: true }] };
    type("contact-name");
    expect(asked).toEqual([]);
    type("input");
    expect(asked).toEqual([["typing", { typing: true }], ["typing", { typing: false }]]);
    input({ target: { id: "input" } });
    chat.state = EMPTY;
    vi.advanceTimersByTime(6000);
    expect(asked.length).toBe(3);
    vi.useRealTimers();
  });

  it("is started once when the chat is opened again before it has come", async () => {
    let starts = 0;
    let come: () => void = () => undefined;
    const slow = vi.fn(() => new Promise((resolve) => { come = () => resolve({ start: () => ({ number: ++starts }) }); }));
    const [first, second] = [load(slow), load(slow)];
    come();
    expect([await first, await second]).toEqual([{ number: 1 }, { number: 1 }]);
    expect([slow.mock.calls.length, starts]).toEqual([1, 1]);
    const third = load(slow);
    come();
    expect(await third).toEqual({ number: 2 });
  });

  it("that cannot draw something leaves it out", async () => {
    const broken: Tools = { ...tools, html: (() => { throw new Error("broken"); }) as unknown as Tools["html"] };
    const more = start("this build", broken);
    const event = { seq: 1, at: "", from: "bot" as const, text: "x", source: { kind: "passage" }, feedback: { helpful: true } };
    expect([more?.source(event, "e1"), more?.below(event, "e1"), more?.menu()]).toEqual([null, null, null]);
  });

  it("of another build gives nothing", () => {
    expect(start("another build", tools)).toBeUndefined();
    expect(start("this build", tools)).toBeDefined();
  });

  it.each([
    ["not there", () => Promise.reject(new Error("404"))],
    ["of another build", () => Promise.resolve({ start: (_: string, given: Tools) => start("another build", given) })],
    ["something else", () => Promise.resolve({})],
    ["nothing", () => Promise.resolve(undefined)],
    ["broken", () => Promise.resolve({ start: () => { throw new Error("broken"); } })],
  ])("that is %s is as if there were none", async (_, answer) => {
    expect(await load(answer)).toBeUndefined();
  });

  it("is asked for anew at each try: a browser keeps what an address gave", async () => {
    const addresses = new Set<string>();
    for (let time = 0; time < 3; time += 1) {
      await loadMore("https://desk.example", tools, async (address) => {
        addresses.add(address);
        throw new Error("down");
      });
    }
    expect(addresses.size).toBe(3);
  });
});
