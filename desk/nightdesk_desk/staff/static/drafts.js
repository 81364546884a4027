/* A half-written reply survives a reload and a sign-out: in this browser, under its writer's number.
   It is on every page: what is old goes whichever is opened. */
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const PREFIX = "nightdesk.draft.";
  const KEEP = 7 * 24 * 3600 * 1000;

  const store = (() => { try { return window.localStorage; } catch { return null; } })();
  if (!store) return;
  const parsed = (text) => { try { return JSON.parse(text); } catch { return null; } };

  for (const known of Object.keys(store).filter((key) => key.startsWith(PREFIX))) {
    const draft = parsed(store.getItem(known));
    if (!draft || typeof draft.at !== "number" || Date.now() - draft.at > KEEP) {
      store.removeItem(known);
    }
  }

  const form = byId("reply");
  if (!form) return;
  const box = byId("reply-text");
  const sendingKey = byId("reply-key");
  const name = `${PREFIX}${document.body.dataset.me}.${form.getAttribute("action").split("/")[3]}`;
  const isOver = () => byId("status").dataset.state === "resolved";
  const forget = () => store.removeItem(name);
  const keep = () => {
    if (box.value.trim() === "" || isOver()) {
      forget();
      return;
    }
    const draft = { text: box.value, key: sendingKey.value, at: Date.now() };
    try { store.setItem(name, JSON.stringify(draft)); } catch { /* Full: it is not kept. */ }
  };

  if (isOver()) forget();
  const draft = parsed(store.getItem(name));
  if (draft && typeof draft.text === "string" && box.value === "") {
    box.value = draft.text;
    /* Its own key: if it had been sent in spite of all, it is not sent twice. */
    if (typeof draft.key === "string" && draft.key) sendingKey.value = draft.key;
  }

  box.addEventListener("input", keep);
  document.body.addEventListener("nightdesk:replied", forget);
  document.body.addEventListener("nightdesk:new-key", keep);
  document.body.addEventListener("htmx:afterSettle", () => { if (isOver()) forget(); });
})();
