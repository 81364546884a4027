/** Leaving, and what stays: nothing here. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ChatEvent } from "../src/api.js";
import { escapes, leave } from "../src/launcher/leave.js";
import { Memory } from "../src/memory.js";
import { clip } from "../src/more/copy.js";
import { standing } from "../src/more/person.js";
import { moreStrings } from "../src/more/strings.js";
import type { Tools } from "../src/more.js";
import { EMPTY } from "../src/store.js";

describe("Escape", () => {
  let now: number;
  let press: ReturnType<typeof escapes>;
  const after = (ms: number, open = false, repeat = false): boolean => {
    now += ms;
    return press(open, repeat);
  };

  beforeEach(() => {
    now = 1000;
    vi.spyOn(Date, "now").mockImplementation(() => now);
    press = escapes();
  });

  it("three times within two seconds is enough, also when the first closed the panel", () => {
    expect([after(0, true), after(900), after(900), after(100)]).toEqual([false, false, true, true]);
  });

  it("is not enough when it takes longer", () => {
    expect([after(0, true), after(1000, true), after(1000, true), after(999, true)]).toEqual([false, false, false, true]);
  });

  it("is the page's where the chat is closed", () => {
    expect([after(0), after(1), after(1), after(1)]).toEqual([false, false, false, false]);
  });

  it("that is held is one press", () => {
    expect([after(0, true), after(30, true, true), after(30, true, true), after(30, true, true), after(30)]).toEqual([false, false, false, false, false]);
  });
});

describe("leaving", () => {
  it("goes on whatever fails on the way", () => {
    const went: string[] = [];
    vi.stubGlobal("location", { replace: (to: string) => went.push(to) });
    vi.stubGlobal("addEventListener", () => undefined);
    const hidden = vi.fn();
    const element = { setAttribute: () => undefined, firstChild: null };
    vi.stubGlobal("document", {
      documentElement: { style: { setProperty: hidden } },
      head: { appendChild: () => undefined },
      createElement: () => element,
      open: () => { throw new Error("not here"); },
    });
    vi.stubGlobal("top", { location: { replace: () => { throw new DOMException("not from a frame", "SecurityError"); } } });
    leave("https://a.example/", () => expect(hidden).toHaveBeenCalledOnce());
    leave("https://b.example/", () => { throw new Error("broken"); });
    expect(went).toEqual(["https://a.example/", "https://b.example/"]);
    // Out of a frame it is the whole page that goes.
    vi.stubGlobal("top", { location: { replace: (to: string) => went.push(`top ${to}`) } });
    leave("https://c.example/", () => undefined);
    expect(went).toContain("top https://c.example/");
    vi.unstubAllGlobals();
  });
});

describe("what is forgotten", () => {
  const area = (): Storage => {
    const kept = new Map<string, string>();
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
      get keys() { return [...kept.keys()]; },
    } as unknown as Storage;
  };

  it("is the chat, not what the clinic has set; and other tabs are told", () => {
    const [local, session] = [area(), area()];
    vi.stubGlobal("localStorage", local);
    vi.stubGlobal("sessionStorage", session);
    const memory = new Memory("https://desk.example");
    for (const name of ["begun", "conversation", "config", "seen", "draft", "pending"] as const) memory.set(name, { a: 1 });
    memory.set("open", true);
    const told = vi.spyOn(local, "setItem");
    memory.forget(true);
    expect((local as unknown as { keys: string[] }).keys.sort()).toEqual(["nightdesk https://desk.example config", "nightdesk https://desk.example mark"]);
    expect(memory.get("open")).toBe(false);
    const [[key, newValue]] = told.mock.calls as [[string, string]];
    expect(memory.left({ key, newValue } as StorageEvent)).toBe(true);
    expect(memory.left({ key, newValue: null } as StorageEvent)).toBe(false);
    expect(new Memory("https://other.example").left({ key, newValue } as StorageEvent)).toBe(false);
    told.mockClear();
    memory.forget(false);
    expect(told).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });

  it("is the draft of a tab that was on another site meanwhile, too", () => {
    const local = area();
    const tabs = [area(), area(), area()];
    vi.stubGlobal("localStorage", local);
    const page = (tab: number): Memory => {
      vi.stubGlobal("sessionStorage", tabs[tab]);
      return new Memory("https://desk.example");
    };
    for (const [tab, open] of [[0, true], [1, true], [2, false]] as const) {
      const memory = page(tab);
      memory.set("draft", "half a");
      memory.set("open", open);
      // The next page of the same tab.
      expect([page(tab).get("draft"), page(tab).get("open")]).toEqual(["half a", open]);
    }
    page(0).forget(true);
    for (const tab of [0, 1, 2]) expect([page(tab).get("draft"), page(tab).get("open")]).toEqual([null, false]);
    // What is written from then on stays, and a new tab is as the page wants it.
    page(1).set("draft", "anew");
    page(1).set("open", true);
    expect([page(1).get("draft"), page(1).get("open")]).toEqual(["anew", true]);
    tabs.push(area());
    expect(page(3).get("open")).toBe(null);
    vi.unstubAllGlobals();
  });

  it("stays with the tab where nothing can be stored", () => {
    vi.stubGlobal("localStorage", undefined);
    vi.stubGlobal("sessionStorage", undefined);
    const memory = new Memory("https://desk.example");
    memory.set("draft", "half a");
    expect(memory.get("draft")).toBe("half a");
    memory.forget(true);
    expect(memory.get("draft")).toBe(null);
    vi.unstubAllGlobals();
  });
});

describe("who has the chat", () => {
  const at = (rows: Partial<ChatEvent>[]): ReturnType<typeof standing> =>
    standing(rows.map((row, seq): ChatEvent => ({ seq, at: "", from: "system", text: "x", ...row })));

  it.each<[string, Partial<ChatEvent>[], boolean, boolean]>([
    ["nobody, when nobody was called", [{ from: "visitor" }, { from: "bot", level: null }], false, false],
    ["staff, when they were called", [{ from: "bot", level: "P2" }], true, false],
    ["staff, when they are there", [{ person: true }], true, false],
    ["nobody, when they have left", [{ from: "bot", level: "P2" }, { person: true }, { from: "staff" }, { person: false }], false, false],
    ["staff, when it is about a crisis", [{ from: "bot", level: "P0" }], true, true],
    ["staff, when it is about a lesser one", [{ from: "bot", level: "P1" }], true, true],
  ])("is %s", (_, rows, staff, crisis) => {
    expect(at(rows)).toEqual({ staff, crisis });
  });
});

describe("a copy to be pasted", () => {
  const words = moreStrings(undefined);
  const event = (text: string): ChatEvent => ({ seq: 1, at: "2026-11-22T10:00:00Z", from: "visitor", text });
  const tools = { chat: { state: { ...EMPTY, earlier: [event("before")], events: [event("now")] } }, lang: "en" } as unknown as Tools;

  it("has all that the page has", async () => {
    let pasted = "";
    vi.stubGlobal("navigator", { clipboard: { writeText: async (text: string) => void (pasted = text) } });
    expect(await clip(tools, words)).toBe(words.clipped);
    expect(pasted).toMatch(/You: before\n\n.*You: now\n$/);
    vi.unstubAllGlobals();
  });

  it.each([
    ["refused", { clipboard: { writeText: () => Promise.reject(new Error("no")) } }],
    ["not there", {}],
  ])("is told as failed where it is %s", async (_, navigator) => {
    vi.stubGlobal("navigator", navigator);
    expect(await clip(tools, words)).toBe(words.not_clipped);
    vi.unstubAllGlobals();
  });
});
