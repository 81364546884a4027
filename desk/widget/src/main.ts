/** Where the one script starts: reads its own tag and puts the chat on the page. */
import { NightdeskChat } from "./element.js";
import { readTag } from "./settings.js";

const NAME = "nightdesk-chat";
// Only while a classic script runs is it known which one it is.
const script = document.currentScript;

function start(): void {
  if (!(script instanceof HTMLScriptElement) || document.querySelector(NAME)) return;
  if (!customElements.get(NAME)) customElements.define(NAME, NightdeskChat);
  const chat = document.createElement(NAME) as NightdeskChat;
  chat.start(readTag(script, document.documentElement.lang || navigator.language));
  document.body.append(chat);
}

if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
