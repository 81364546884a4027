/** A page that holds a chat, made anew for each test that asks for a part of it. Its time goes on by `pass` alone. */
import { test, vi } from "vitest";
import { Chat } from "../src/chat.js";
import { Memory } from "../src/memory.js";
import { Desk } from "./desk.js";

interface Page {
  /** Stands still, also for a test that asks for nothing else. */
  clock: void;
  /** The desk that the chat speaks to. */
  desk: Desk;
  /** What the browser keeps of it. */
  memory: Memory;
  chat: Chat;
}

export const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** What stands there of the conversation, from top to bottom. */
export const texts = (chat: Chat): string[] => chat.state.events.map((event) => event.text);

/**
 * Begin with a "hello" that the desk has, and then send these: no answer of the desk's comes any more, and the second
 * waits for that to the first.
 */
export async function stall(chat: Chat, desk: Desk, ...sent: string[]): Promise<void> {
  chat.start();
  chat.send("hello", true);
  await pass(1000);
  desk.lag = () => 60_000;
  for (const text of sent) chat.send(text, true);
  await pass();
}

export const it = test.extend<Page>({
  clock: [
    async ({}, use) => {
      vi.useFakeTimers();
      await use();
      vi.useRealTimers();
    },
    { auto: true },
  ],
  desk: async ({}, use) => use(new Desk()),
  memory: async ({}, use) => use(new Memory("https://desk.example")),
  chat: async ({ desk, memory }, use) => {
    const chat = new Chat(desk, memory, () => undefined);
    await use(chat);
    chat.visible(false);
  },
});
