/** Where this file starts: the chat's file names its own build, and gives what draws. */
import sheet from "../../more.css";
import { dayLabel } from "../dates.js";
import type { More, Tools } from "../more.js";
import { dress } from "../styles.js";
import { Asking } from "./asking.js";
import { Drawer } from "./drawer.js";
import { Menu } from "./menu.js";
import { personHere } from "./person.js";
import { moreStrings } from "./strings.js";
import { Typist } from "./typist.js";

declare const __VERSION__: string;

/** What cannot be drawn is as if it were not there: the answer and its caution are drawn by the chat's file. */
function orNothing<T>(draw: () => T): T | null {
  try {
    return draw();
  } catch {
    return null;
  }
}

/** Gives nothing to a chat's file of another build: the two could misunderstand each other. */
export function start(version: string, tools: Tools): More | undefined {
  if (version !== __VERSION__) return undefined;
  const words = moreStrings(tools.list);
  const drawer = new Drawer(tools, words);
  const asking = new Asking(tools, words);
  const menu = new Menu(tools, words);
  const typist = new Typist((typing) => {
    // Looked at when it is told: the chat may have been deleted since the last key.
    if (personHere(tools.chat.state.events)) tools.chat.ask("typing", { typing }).catch(() => undefined);
  });
  dress(tools.root, sheet);
  const typed = tools.safely((event: Event) => {
    if ((event.target as Element).id === "input") typist.typed();
  });
  tools.place.addEventListener("input", typed);
  return {
    source: (event, id) => orNothing(() => drawer.draw(event, id)),
    day: (at, now) => orNothing(() => dayLabel(at, now, tools.lang, words.today, words.yesterday)),
    below: (event, id) => orNothing(() => [asking.draw(event, id), menu.offer(event)]),
    menu: () => orNothing(() => menu.button()),
    sheet: () => orNothing(() => menu.sheet()),
  };
}
