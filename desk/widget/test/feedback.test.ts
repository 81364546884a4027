import { describe, expect, it } from "vitest";
import { chosen, offersPerson, pressed, said, settled, stored, type Press } from "../src/more/feedback.js";

const sending = (helpful: boolean): Press => ({ helpful, state: "sending" });

describe("what the desk has stored", () => {
  it.each([
    [undefined, undefined],
    [null, undefined],
    ["x", undefined],
    [{}, null],
    [{ helpful: null }, null],
    [{ helpful: "yes" }, null],
    [{ helpful: true }, true],
    [{ helpful: false }, false],
  ])("of %j is %s", (feedback, expected) => {
    expect(stored(feedback)).toBe(expected);
  });

  it("is shown as chosen after a reload, with its words and the offer", () => {
    expect([chosen(undefined, null), said(undefined, null), offersPerson(undefined, null)]).toEqual([null, null, false]);
    expect([chosen(undefined, true), said(undefined, true), offersPerson(undefined, true)]).toEqual([true, "said_yes", false]);
    expect([chosen(undefined, false), said(undefined, false), offersPerson(undefined, false)]).toEqual([false, "said_no", true]);
  });
});

describe("a press", () => {
  it("is sent, shown at once, and thanked for when it is stored", () => {
    const { press, send } = pressed(undefined, null, true);
    expect(send).toBe(true);
    expect([chosen(press, null), said(press, null)]).toEqual([true, null]);
    const done = settled(press as Press, true, true);
    expect(done).toEqual({ press: { helpful: true, state: "stored" }, send: false });
    expect([chosen(done.press, true), said(done.press, true)]).toEqual([true, "said_yes"]);
  });

  it("can be taken back by the other", () => {
    const stored: Press = { helpful: true, state: "stored" };
    expect(pressed(stored, true, false)).toEqual({ press: sending(false), send: true });
  });

  it("of what is stored already sends nothing", () => {
    expect(pressed(undefined, true, true)).toEqual({ press: undefined, send: false });
    const stored: Press = { helpful: false, state: "stored" };
    expect(pressed(stored, false, false)).toEqual({ press: stored, send: false });
  });

  it("that could not be sent shows what is stored, says so, and can be tried again", () => {
    const { press } = settled(sending(true), true, false);
    expect([chosen(press, null), said(press, null)]).toEqual([null, "failed"]);
    expect([chosen(press, false), said(press, false)]).toEqual([false, "failed"]);
    expect(pressed(press, null, true)).toEqual({ press: sending(true), send: true });
    // Back to what is stored: the failure is over.
    expect(pressed(press, false, false).send).toBe(true);
  });

  it("of No offers a person, stored or not", () => {
    expect(offersPerson(sending(false), null)).toBe(true);
    expect(offersPerson(settled(sending(false), false, false).press, null)).toBe(true);
    expect(offersPerson(sending(true), false)).toBe(false);
  });

  it("while another is under way follows it, whatever became of that", () => {
    const { press, send } = pressed(sending(true), null, false);
    expect(send).toBe(false);
    for (const taken of [true, false]) expect(settled(press as Press, true, taken)).toEqual({ press: sending(false), send: true });
    expect(settled(press as Press, false, true).press.state).toBe("stored");
  });

  it("and its take-back in one breath sends nothing more", () => {
    const back = pressed(pressed(sending(true), null, false).press, null, true).press as Press;
    expect(settled(back, true, true)).toEqual({ press: { helpful: true, state: "stored" }, send: false });
  });
});
