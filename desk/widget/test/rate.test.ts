import { describe, expect } from "vitest";
import { ApiError, type ChatEvent } from "../src/api.js";
import { Chat } from "../src/chat.js";
import { conversation } from "../src/memory.js";
import { rate } from "../src/more/rate.js";
import { type Desk, GONE } from "./desk.js";
import { it, pass } from "./page.js";

/** An answer of the bot's that can be judged. */
async function asked(chat: Chat, desk: Desk): Promise<ChatEvent> {
  chat.send("is it safe?", true);
  await pass();
  const seq = desk.add("bot", "yes");
  desk.events_[seq - 1]!.feedback = { helpful: null };
  await pass();
  return chat.state.events.at(-1) as ChatEvent;
}

describe("Chat", () => {
  it("shows what was said about an answer once the desk has it, also after a reload", async ({ chat, desk, memory }) => {
    const event = await asked(chat, desk);
    await rate(chat, event, false);
    expect(chat.state.events.at(-1)).toEqual({ ...event, feedback: { helpful: false } });
    expect([chat.state.events.length, chat.state.cursor]).toEqual([2, 2]);
    const next = new Chat(desk, memory, () => undefined);
    next.start();
    await pass();
    expect(next.state.events.at(-1)?.feedback).toEqual({ helpful: false });
  });

  it("shows nothing as said that the desk did not take", async ({ chat, desk, memory }) => {
    const event = await asked(chat, desk);
    for (const status of [0, 401, 404, 429, 503]) {
      desk.fail = () => new ApiError(status);
      await expect(rate(chat, event, true)).rejects.toMatchObject({ status });
      expect(chat.state.events.at(-1)?.feedback).toEqual({ helpful: null });
    }
    // The conversation goes on: 404 may be said of the answer alone.
    expect(conversation(memory)?.id).toBe("c1");
  });

  it("does not carry what was said into another conversation", async ({ chat, desk }) => {
    const event = await asked(chat, desk);
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
});
