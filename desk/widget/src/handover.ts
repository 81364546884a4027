/** What the launcher and the chat's file give each other. */
import type { dress } from "./styles.js";
import type { ShellStrings } from "./launcher/strings.js";
import type { fill } from "./fill.js";
import type { NUMBER, smsHref, telHref, webHref } from "./links.js";
import type { Memory } from "./memory.js";
import type { field, Settings, Tag, words } from "./settings.js";

/**
 * A page may have an old launcher from its cache and get today's chat. Raise this when the chat needs something
 * new of the launcher, or the other way round: then such a page shows the phone and the lines until it has both.
 */
export const AGREEMENT = 1;

/**
 * The chat's words in another language than English: of which build they are, then those of `en.json` and those of
 * `more.en.json`, each in the order in which they stand there.
 */
export type Pack = readonly [version: string, chat: readonly string[], more: readonly string[]];

/** Where everything is drawn. */
export type Root = Pick<ShadowRoot, "adoptedStyleSheets" | "appendChild">;

/** The launcher's words that the chat uses, too. */
export type SharedWords = Pick<ShellStrings, "bot" | "down_crisis" | "down_phone" | "intro_hours" | "retry">;

/** The panel around the chat, as the chat knows it. */
export interface Shell {
  host: HTMLElement;
  root: Root;
  /** The chat's own place in the panel, and the one in its head for the menu. */
  place: HTMLElement;
  menu: HTMLElement;
  tag: Tag;
  lang: string;
  words: SharedWords;
  /** The same in English, and the chat's words in `lang`, where they have come: without them it speaks English. */
  english?: SharedWords;
  pack?: Pack | undefined;
  memory: Memory;
  settings(): Settings;
  isOpen(): boolean;
  /** How many messages nobody has seen: the launcher shows it. */
  unread(count: number): void;
  /** The chat cannot go on: plain words instead. */
  fail(): void;
}

/** The chat, as the panel knows it. */
export interface Face {
  /** The panel was opened or closed. */
  shown(): void;
  /** The clinic's settings were asked for, and this came of it. */
  settled(reach: "ok" | "down"): void;
  focus(): void;
  /** Draw nothing and send nothing any more. `leaving`: what is on its way is to arrive, though the page goes. */
  end(leaving?: boolean): void;
}

export type Start = (shell: Shell) => Face;

/** On the script element of the chat's file, which reads it there. The names are used by build.mjs, too. */
export interface Handover {
  take(agreement: number, start: Start): void;
  NUMBER: typeof NUMBER;
  telHref: typeof telHref;
  smsHref: typeof smsHref;
  webHref: typeof webHref;
  field: typeof field;
  words: typeof words;
  fill: typeof fill;
  dress: typeof dress;
}
