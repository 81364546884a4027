import { describe, expect } from "vitest";
import { ApiError, type ChatEvent } from "../src/api.js";
import type { Desk } from "./desk.js";
import { it, pass, stall } from "./page.js";

/** The bot answers these messages of the visitor. */
const answer = (desk: Desk, text: string, answers: number[]): void => {
  desk.add("bot", text);
  (desk.events_.at(-1) as ChatEvent).answers = answers;
};

describe("A message without an answer", () => {
  it("says that nothing comes when the desk took a message and does not answer, until it does", async ({ chat, desk }) => {
    chat.start();
    chat.send("hello", true);
    await pass(8900);
    expect(chat.state.silent).toBe(false);
    await pass(200);
    expect([chat.state.silent, chat.state.reach]).toEqual([true, "ok"]);
    desk.add("bot", "hi");
    await pass(1000);
    expect(chat.state.silent).toBe(false);
  });

  it("says so of a message that is still on its way", async ({ chat, desk }) => {
    chat.start();
    desk.lag = () => 60_000;
    chat.send("hello", true);
    await pass(9100);
    expect([chat.state.silent, chat.state.reach]).toEqual([true, "unknown"]);
  });

  it("says so again where what came was the answer to another message", async ({ chat, desk }) => {
    await stall(chat, desk, "a", "b");
    await pass(9100);
    expect(chat.state.silent).toBe(true);
    desk.add("bot", "hi");
    chat.take(desk.events_);
    expect([chat.state.silent, chat.state.pending.map(({ text }) => text)]).toEqual([false, ["b"]]);
    await pass(9000);
    expect(chat.state.silent).toBe(true);
  });

  it("does not say so any more of a message that the visitor has removed, or that was refused", async ({ chat, desk }) => {
    chat.start();
    desk.fail = () => new ApiError(0);
    chat.send("hello", true);
    await pass(9100);
    expect(chat.state.silent).toBe(true);
    chat.drop(chat.state.pending[0]?.key as string);
    expect(chat.state.silent).toBe(false);
    chat.send("hello", true);
    await pass(9100);
    expect(chat.state.silent).toBe(true);
    desk.fail = () => new ApiError(422, "Too long.", "too_long");
    chat.retry(chat.state.pending[0]?.key as string);
    await pass(100);
    expect([chat.state.silent, chat.state.refusal]).toEqual([false, "Too long."]);
  });

  it("says so of one that was delivered with another press", async ({ chat, desk }) => {
    chat.start();
    desk.fail = () => new ApiError(0);
    chat.send("hello", true);
    await pass(5000);
    desk.fail = () => null;
    chat.retry(chat.state.pending[0]?.key as string);
    await pass(4500);
    // Nine seconds after the first press it had not been delivered for long.
    desk.add("bot", "hi");
    await pass(100);
    expect(chat.state.silent).toBe(false);
    chat.send("more", true);
    await pass(9100);
    expect(chat.state.silent).toBe(true);
  });

  it("does not say so of what was answered, or while a person has the chat", async ({ chat, desk }) => {
    chat.start();
    chat.send("hello", true);
    await pass(1000);
    desk.add("bot", "hi");
    await pass(9000);
    expect(chat.state.silent).toBe(false);
    desk.add("system", "Kim has joined.");
    (desk.events_[2] as ChatEvent).person = true;
    await pass(1000);
    chat.send("are you there", true);
    await pass(30_000);
    expect(chat.state.silent).toBe(false);
  });

  it("still has none when another message is answered below it", async ({ chat, desk }) => {
    chat.start();
    chat.send("hello", true);
    chat.send("and another thing", true);
    await pass(1000);
    answer(desk, "hi", [1]);
    await pass(7000);
    expect(chat.state.silent).toBe(false);
    await pass(1100);
    expect(chat.state.silent).toBe(true);
    answer(desk, "this is about the other thing", [2]);
    await pass(1000);
    expect(chat.state.silent).toBe(false);
  });

  it("keeps the crisis lines on the screen though another message is answered", async ({ chat, desk }) => {
    chat.start();
    chat.send("hello", true);
    chat.send("and another thing", true);
    await pass(9100);
    expect(chat.state.silent).toBe(true);
    answer(desk, "hi", [1]);
    await pass(1000);
    expect(chat.state.silent).toBe(true);
    answer(desk, "this is about the other thing", [2]);
    await pass(1000);
    expect(chat.state.silent).toBe(false);
  });

  it("still has none when a person has come since, who may not have seen it", async ({ chat, desk }) => {
    chat.start();
    chat.send("i do not want to live", true);
    await pass(1000);
    desk.add("system", "Kim has joined.");
    (desk.events_.at(-1) as ChatEvent).person = true;
    await pass(8100);
    expect(chat.state.silent).toBe(true);
    chat.send("are you there", true);
    desk.add("staff", "I am here with you.");
    await pass(1000);
    expect(chat.state.silent).toBe(false);
    await pass(20_000);
    expect(chat.state.silent).toBe(false);
  });

  it("is answered by the one answer to several, and by what a person writes", async ({ chat, desk }) => {
    chat.start();
    chat.send("hello", true);
    chat.send("can i", true);
    chat.send("drive", true);
    await pass(1000);
    answer(desk, "hi, you cannot", [1, 2, 3]);
    await pass(9000);
    expect(chat.state.silent).toBe(false);
    chat.send("why not", true);
    await pass(1000);
    desk.add("staff", "Because you may feel sleepy.");
    await pass(9000);
    expect(chat.state.silent).toBe(false);
  });
});
