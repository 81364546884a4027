/** Where the chat's file starts: the launcher put what it hands over on the script element that loads it. */
import { AGREEMENT, type Handover } from "./handover.js";
import { Panel } from "./panel.js";
import { dress } from "./styles.js";
// Made smaller by the build.
import sheet from "../chat.css";

const script = document.currentScript as (HTMLScriptElement & { nightdesk: Handover }) | null;
script?.nightdesk.take(AGREEMENT, (shell) => {
  dress(shell.root, sheet);
  const panel = new Panel(shell);
  try {
    panel.start();
  } catch (error) {
    panel.end();
    throw error;
  }
  return panel;
});
