import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Handover, Start } from "../src/handover.js";
import { askSettings } from "../src/launcher/ask.js";
import { LATE_MS, loadChat, loadWords } from "../src/launcher/load.js";
import { readTag } from "../src/settings.js";

const tag = readTag({ src: "https://desk.example/widget.js", nonce: "n1", dataset: {} }, "en");
const start: Start = () => ({ shown: () => undefined, settled: () => undefined, focus: () => undefined, end: () => undefined });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the chat's file", () => {
  interface Script {
    src: unknown;
    crossOrigin: string;
    nonce?: string;
    nightdesk: Handover;
    onload(): void;
    onerror(): void;
  }
  let scripts: Script[];
  let told: unknown[];

  beforeEach(() => {
    scripts = [];
    told = [];
    vi.stubGlobal("window", {});
    vi.stubGlobal("document", { createElement: () => ({}), documentElement: { appendChild: (made: Script) => scripts.push(made) } });
  });

  const load = (from = tag): Script => {
    const handed = { fill: "handed over" } as unknown as Handover;
    loadChat(from, handed, (agreement) => told.push(agreement), () => told.push("missing"));
    return scripts.at(-1) as Script;
  };

  it("is asked of the desk, with what it needs on the element", () => {
    const made = load();
    expect(made.src).toMatch(/^https:\/\/desk\.example\/widget-chat\.js\?this build-\d+$/);
    expect(made).toMatchObject({ crossOrigin: "anonymous", nonce: "n1", nightdesk: { fill: "handed over" } });
    expect("nonce" in load({ ...tag, nonce: "" })).toBe(false);
    // A browser may keep what an address gave.
    expect(new Set(scripts.map(({ src }) => src)).size).toBe(2);
  });

  it("takes over once, and is not missed later", () => {
    const made = load();
    made.nightdesk.take(7, start);
    made.onload();
    vi.advanceTimersByTime(LATE_MS);
    expect(told).toEqual([7]);
  });

  it.each(["onload", "onerror"] as const)("is missed when it has not taken over by %s", (event) => {
    load()[event]();
    expect(told).toEqual(["missing"]);
  });

  it("is missed when it is late, and may still come", () => {
    const made = load();
    vi.advanceTimersByTime(LATE_MS - 1);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(["missing"]);
    made.nightdesk.take(7, start);
    expect(told).toEqual(["missing", 7]);
  });

  it("is missed where the page lets no script in", () => {
    vi.stubGlobal("document", { createElement: () => { throw new Error("no"); } });
    load();
    expect(told).toEqual(["missing"]);
  });

  it("brings no words in English, and those of another language beside it", async () => {
    expect(await loadWords(tag, "en")).toBeUndefined();
    expect(scripts).toEqual([]);
    const words = loadWords(tag, "es");
    const [made] = scripts as unknown as [{ src: string; nightdesk: { take(given: unknown): void }; onload(): void }];
    expect(made.src).toMatch(/^https:\/\/desk\.example\/widget-es\.js\?this build-\d+$/);
    made.nightdesk.take(["this build", [], []]);
    made.onload();
    expect(await words).toEqual(["this build", [], []]);
  });

  it.each(["onload", "onerror"] as const)("goes without words that have not come by %s", async (event) => {
    const words = loadWords(tag, "es");
    scripts[0]?.[event]();
    expect(await words).toBeUndefined();
  });

  it("has its address from one policy of the page's", () => {
    const names: string[] = [];
    const createPolicy = (name: string, rules: { createScriptURL(address: string): string }): object => {
      names.push(name);
      return { createScriptURL: (address: string) => `trusted ${rules.createScriptURL(address)}` };
    };
    vi.stubGlobal("window", { trustedTypes: { createPolicy } });
    expect([load().src, load().src]).toEqual([expect.stringMatching(/^trusted https/), expect.stringMatching(/^trusted https/)]);
    expect(names).toEqual(["nightdesk"]);
  });
});

describe("the clinic's settings", () => {
  it("are asked for in the page's language", async () => {
    const asked: string[] = [];
    const fetch = (address: string): Promise<Response> => (asked.push(address), Promise.resolve(new Response("{}")));
    vi.stubGlobal("fetch", fetch);
    vi.stubGlobal("window", { fetch });
    await askSettings("https://desk.example");
    await askSettings("https://desk.example", "es");
    expect(asked).toEqual(["https://desk.example/api/widget/config", "https://desk.example/api/widget/config?lang=es"]);
  });

  const answer = (made: unknown): void => {
    const fetch = (): unknown => made;
    vi.stubGlobal("fetch", fetch);
    vi.stubGlobal("window", { fetch, AbortController });
  };

  it("are what the desk says", async () => {
    answer(Promise.resolve(new Response('{"a":1}')));
    expect(await askSettings("https://desk.example")).toEqual({ a: 1 });
  });

  it.each([
    ["an error", () => Promise.resolve(new Response("{}", { status: 503 }))],
    ["no JSON", () => Promise.resolve(new Response("<p>"))],
    ["nothing", () => Promise.reject(new Error("down"))],
  ])("are not there after %s", async (_, made) => {
    answer(made());
    expect(await askSettings("https://desk.example").then(() => "asked", () => "not there")).toBe("not there");
  });

  it("are not waited for without end", async () => {
    let signal: AbortSignal | undefined;
    const fetch = (_: string, how: RequestInit): Promise<never> => {
      signal = how.signal as AbortSignal;
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("stopped"))));
    };
    vi.stubGlobal("fetch", fetch);
    vi.stubGlobal("window", { fetch, AbortController });
    const asked = expect(askSettings("https://desk.example")).rejects.toThrow("stopped");
    vi.advanceTimersByTime(10_000);
    await asked;
    expect(signal?.aborted).toBe(true);
  });

  it("cannot be asked for by a browser without fetch", async () => {
    vi.stubGlobal("window", {});
    await expect(askSettings("https://desk.example").then(() => "asked", () => "not asked")).resolves.toBe("not asked");
  });
});
