/** Where the tag's script starts: reads its own tag and puts the chat on the page. */
import { readTag } from "../settings.js";
import { mount } from "./mount.js";

// Only while a classic script runs is it known which one it is.
const script = document.currentScript as HTMLScriptElement | null;

function start(): void {
  if (script) mount(readTag(script, document.documentElement.lang || navigator.language));
}

if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
