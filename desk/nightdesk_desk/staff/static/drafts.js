/* What is half written survives a reload and a sign-out: in this browser, under its writer's number. The reply, and
   the parts below it. It is on every page: what is old goes whichever is opened. */
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const PREFIX = "nightdesk.draft.";
  const KEEP = 7 * 24 * 3600 * 1000;

  const store = (() => { try { return window.localStorage; } catch { return null; } })();
  if (!store) return;
  const parsed = (text) => { try { return JSON.parse(text); } catch { return null; } };
  const put = (name, draft) => {
    try {
      store.setItem(name, JSON.stringify({ ...draft, at: Date.now() }));
    } catch { /* Full: it is not kept. */ }
  };

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
    if (box.value.trim() === "" || isOver()) forget();
    else put(name, { text: box.value, key: sendingKey.value });
  };

  const draft = isOver() ? null : parsed(store.getItem(name));
  if (draft && typeof draft.text === "string" && box.value === "") {
    box.value = draft.text;
    /* Its own key: if it had been sent in spite of all, it is not sent twice. */
    if (typeof draft.key === "string" && draft.key) sendingKey.value = draft.key;
  }
  form.dataset.kept = "yes";
  box.addEventListener("input", keep);
  document.body.addEventListener("nightdesk:replied", forget);
  document.body.addEventListener("nightdesk:new-key", keep);

  /* The other parts: each by what says that it worked, and when there is nothing left to use it for. */
  const parts = {
    resolve: { done: "resolved", isPast: isOver },
    level: { done: "level", isPast: isOver },
    reopen: { done: "reopened", isPast: () => !isOver() },
    private: { done: "noted", isPast: () => false },
  };
  const pasts = [() => { if (isOver()) forget(); }];
  for (const [id, { done, isPast }] of Object.entries(parts)) {
    const part = byId(id);
    const own = `${name}.${id}`;
    const fields = Array.from(part.querySelectorAll("textarea, select, input[type=checkbox]"));
    const words = part.querySelector("textarea");
    const leave = () => store.removeItem(own);
    const read = (field) => (field.type === "checkbox" ? field.checked : field.value);
    const kept = isPast() ? null : parsed(store.getItem(own));
    if (kept && kept.fields && typeof kept.fields === "object" && words.value === "") {
      for (const field of fields) {
        const was = kept.fields[field.name];
        if (field.type === "checkbox") field.checked = was === true;
        else if (typeof was === "string") field.value = was;
      }
      part.open = true;
    }
    part.querySelector("form").dataset.kept = "yes";
    part.addEventListener("input", () => {
      if (words.value.trim() === "" || isPast()) leave();
      else put(own, { fields: Object.fromEntries(fields.map((field) => [field.name, read(field)])) });
    });
    document.body.addEventListener(`nightdesk:${done}`, leave);
    pasts.push(() => { if (isPast()) leave(); });
  }
  const forgetPast = () => { for (const past of pasts) past(); };
  forgetPast();
  document.body.addEventListener("htmx:afterSettle", forgetPast);
})();
