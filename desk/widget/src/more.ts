/** The third file: what is read only on a press. The chat is whole without it. */
import type { html, nothing, TemplateResult } from "lit-html";
import type { Chat } from "./chat.js";
import type { Shell } from "./handover.js";
import type { Stored } from "./store.js";

/** Which build this is: all files have the same. */
declare const __VERSION__: string;

/** What it is given: there is one copy of Lit, and one of the chat. */
export interface Tools extends Pick<Shell, "root" | "place" | "menu" | "lang"> {
  /** Its words in `lang`, where that is not English (see `Pack`). */
  list: readonly string[] | undefined;
  html: typeof html;
  nothing: typeof nothing;
  /** What is said in one line about what an answer is from; empty when there is nothing to say. */
  sourceLine(source: unknown): string;
  /** For what a press does: a fault ends in plain words, not on the page's console. */
  safely<Given extends unknown[]>(act: (...given: Given) => unknown): (...given: Given) => void;
  /** This browser forgets the chat, in its other tabs, too. */
  forget(): void;
  /** The words of the button that asks for a person. */
  person: string;
  send(text: string): void;
  chat: Pick<Chat, "state" | "ask" | "take" | "lose" | "rest">;
  draw(): void;
}

/** What it draws; nothing where there is no more to tell. */
export interface More {
  /** The line that says what an answer is from, as a button, and what it opens. `id` is the row's. */
  source(event: Stored, id: string): TemplateResult | null;
  /** The day, where a new one begins. */
  day(at: string, now: Date): string | null;
  /** What stands below a message. */
  below(event: Stored, id: string): (TemplateResult | null)[] | null;
  /** The button in the head of the panel, and what it opens above the transcript. */
  menu(): TemplateResult | null;
  sheet(): TemplateResult | null;
}

let tries = 0;

/**
 * Makes what loads it for one chat; who asks while it is on its way gets the same. Gives undefined when it is not
 * there, or is of another build.
 */
export function moreLoader(): typeof attempt {
  let underWay: ReturnType<typeof attempt> | undefined;
  return (...given) => (underWay ??= attempt(...given).finally(() => (underWay = undefined)));
}

async function attempt(
  origin: string,
  tools: Tools,
  load: (address: string) => Promise<unknown> = (address) => import(/* @vite-ignore */ address),
): Promise<More | undefined> {
  try {
    // A browser keeps what an address gave, a failure too: every build and every try has its own.
    tries += 1;
    const found = await load(`${origin}/widget-more.js?${__VERSION__}-${tries}`);
    return (found as { start(version: string, tools: Tools): More | undefined }).start(__VERSION__, tools);
  } catch {
    return undefined;
  }
}
