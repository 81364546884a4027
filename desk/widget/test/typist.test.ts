import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChatEvent } from "../src/api.js";
import { personHere } from "../src/more/person.js";
import { Typist } from "../src/more/typist.js";

const event = (from: ChatEvent["from"], person?: boolean | null): ChatEvent => ({ seq: 1, at: "", text: "x", from, ...(person !== undefined && { person }) });

describe("a person has the chat", () => {
  it.each([
    ["when nobody came", [event("visitor"), event("bot")], false],
    ["when one joined", [event("system", true), event("visitor"), event("system", null)], true],
    ["when one wrote, in a chat of an older desk", [event("staff"), event("visitor")], true],
    ["not when one left", [event("system", true), event("staff"), event("system", false), event("bot")], false],
    ["when another came after", [event("system", true), event("system", false), event("system", true)], true],
    ["not before anything was said", [], false],
  ])("%s", (_, events, expected) => {
    expect(personHere(events)).toBe(expected);
  });
});

describe("writing", () => {
  let told: [number, boolean][];
  let typist: Typist;
  const start = Date.parse("2026-11-22T10:00:00Z");

  beforeEach(() => {
    vi.useFakeTimers({ now: start });
    told = [];
    typist = new Typist((typing) => told.push([Date.now() - start, typing]));
  });
  afterEach(() => vi.useRealTimers());

  it("is told at once, then every three seconds at most, and that it is over after a pause", () => {
    for (let key = 0; key < 20; key += 1) {
      typist.typed();
      vi.advanceTimersByTime(500);
    }
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([[0, true], [3000, true], [6000, true], [9000, true], [14_500, false]]);
  });

  it("again right after it was over waits for its three seconds", () => {
    typist.typed();
    vi.advanceTimersByTime(5000);
    typist.typed();
    vi.advanceTimersByTime(2999);
    typist.typed();
    vi.advanceTimersByTime(1);
    typist.typed();
    expect(told).toEqual([[0, true], [5000, false], [8000, true]]);
  });
});
