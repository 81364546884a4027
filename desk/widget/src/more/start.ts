/** Where the second file starts: the main file names its own build, and gets what draws. */
import type { TemplateResult } from "lit-html";
import sheet from "../../more.css";
import type { More, Tools } from "../more.js";
import { dress } from "../styles.js";
import { Asking } from "./asking.js";
import { Drawer } from "./drawer.js";
import { moreStrings } from "./strings.js";

declare const __VERSION__: string;

/** What cannot be drawn is as if it were not there: the answer and its caution are drawn by the main file. */
function orNothing(draw: () => TemplateResult | null): TemplateResult | null {
  try {
    return draw();
  } catch {
    return null;
  }
}

/** Gives nothing to a main file of another build: the two could misunderstand each other. */
export function start(version: string, tools: Tools): More | undefined {
  if (version !== __VERSION__) return undefined;
  const words = moreStrings(tools.lang);
  const drawer = new Drawer(tools, words);
  const asking = new Asking(tools, words);
  dress(tools.root, sheet);
  return {
    source: (event, id, line) => orNothing(() => drawer.draw(event, id, line)),
    feedback: (event, id) => orNothing(() => asking.draw(event, id)),
  };
}
