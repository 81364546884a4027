/* What htmx does not do: clocks, the lost connection, the reply box, and being here. */
"use strict";

(() => {
  /* The back button after signing out: what the browser kept of the page is not shown again. */
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  const every = (ms, act) => setInterval(act, ms);
  const byId = (id) => document.getElementById(id);

  /* Clocks tick by the server's time: this machine's may be wrong. */
  let ahead = 0;
  const readServerTime = () => {
    const stamped = document.querySelector("main [data-now]") || document.body;
    const server = Date.parse(stamped.dataset.now);
    if (!Number.isNaN(server)) ahead = Date.now() - server;
  };

  /* The same form as the server's: 0:42, 12:07, 1:02:03, 2 d 3 h. */
  const two = (n) => String(n).padStart(2, "0");
  const waited = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    const h = Math.floor(s / 3600);
    const m = Math.floor(s / 60) % 60;
    if (h >= 24) return `${Math.floor(h / 24)} d ${h % 24} h`;
    return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  };

  const tick = () => {
    for (const clock of document.querySelectorAll(".clock[data-since]")) {
      const seconds = (Date.now() - ahead - Date.parse(clock.dataset.since)) / 1000;
      const figures = clock.querySelector(".figures");
      const text = waited(seconds);
      if (figures.textContent !== text) figures.textContent = text;
      const target = Number(clock.dataset.target);
      clock.classList.toggle("late", target > 0 && seconds > target);
    }
    for (const left of document.querySelectorAll(".countdown[data-due]")) {
      const figures = left.querySelector(".figures");
      const text = waited((Date.parse(left.dataset.due) - Date.now() + ahead) / 1000);
      if (figures.textContent !== text) figures.textContent = text;
    }
  };

  /* In the title of the tab: that somebody must answer now, or that an emergency or a crisis waits
     unseen; and the number of people waiting. */
  const title = document.title;
  const count = () => {
    const alarms = byId("alarms");
    const calls = byId("calls");
    const urgent = (alarms && alarms.dataset.title) || (calls && calls.dataset.title) || "";
    const queue = byId("queue");
    const n = queue ? Number(queue.dataset.waiting) : 0;
    document.title = (urgent ? `${urgent} – ` : "") + (n ? `(${n}) ` : "") + title;
  };

  /* A page that looks live but is not would be worse than none. */
  const banner = document.querySelector("#connection p");
  const broken = new Set();
  let shownIn = 0;
  const showBanner = () => {
    if (!broken.size) {
      clearTimeout(shownIn);
      shownIn = 0;
      banner.hidden = true;
    } else if (!shownIn) {
      shownIn = setTimeout(() => { banner.hidden = false; }, 2000);
    }
  };
  const lost = (what) => () => { broken.add(what); showBanner(); };
  const found = (what) => () => { broken.delete(what); showBanner(); };
  const hear = (name, act) => document.body.addEventListener(name, act);
  hear("htmx:sseError", lost("stream"));
  hear("htmx:sseOpen", found("stream"));
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    hear(name, lost("requests"));
  }
  hear("htmx:afterOnLoad", (event) => { if (event.detail.successful) found("requests")(); });

  /* The transcript follows the talk, unless the reader has scrolled up. */
  const transcript = () => byId("transcript");
  const atEnd = () => {
    const box = transcript();
    return box ? box.scrollHeight - box.scrollTop - box.clientHeight < 60 : false;
  };
  let placed = 0;
  const toEnd = () => {
    const box = transcript();
    if (!box) return;
    box.scrollTop = box.scrollHeight;
    placed = box.scrollTop;
  };
  /* Only the reader's own scrolling ends the following: what comes in makes the box longer, and an
     answer may belong to a form that is gone, so that none of its events is heard. */
  let following = true;
  document.addEventListener("scroll", (event) => {
    if (event.target === transcript()) following = atEnd();
  }, { passive: true, capture: true });
  if (transcript()) {
    /* What changes in the moment after the reader has scrolled, before that is told, must not win. */
    const moved = () => transcript().scrollTop < placed - 60 && !atEnd();
    new MutationObserver(() => { if (following && !moved()) toEnd(); })
      .observe(transcript().parentNode, { childList: true, characterData: true, subtree: true });
  }
  hear("htmx:afterSettle", () => {
    readServerTime();
    tick();
    count();
  });

  /* Changing requests that are not htmx's own. */
  const post = (url, fields) => fetch(url, {
    method: "POST",
    headers: JSON.parse(document.body.getAttribute("hx-headers")),
    body: fields ? new URLSearchParams(fields) : undefined,
    credentials: "same-origin",
  }).catch(() => undefined);

  /* The idle log-off counts from what the person does, not from what the page does. Not "scroll":
     the transcript scrolls by itself while a visitor writes, on a screen that nobody is at. */
  let told = Date.now();
  const here = () => {
    if (Date.now() - told < 60000) return;
    told = Date.now();
    post("/inbox/active");
  };
  for (const name of ["keydown", "pointerdown", "wheel"]) {
    document.addEventListener(name, here, { passive: true, capture: true });
  }

  const form = byId("reply");
  if (form) {
    const box = byId("reply-text");
    const newKey = () => {
      const bytes = crypto.getRandomValues(new Uint8Array(12));
      byId("reply-key").value = Array.from(bytes, (b) => two(b.toString(16))).join("");
    };

    let typing = false;
    let saidAt = 0;
    let quiet = 0;
    const setTyping = (now) => {
      clearTimeout(quiet);
      if (now) quiet = setTimeout(() => setTyping(false), 4000);
      /* Said again while it goes on: for the visitor it ends by itself after 20 seconds. */
      if (now === typing && !(now && Date.now() - saidAt > 8000)) return;
      typing = now;
      saidAt = Date.now();
      post(form.dataset.typing, { typing: now ? "yes" : "no" });
    };
    box.addEventListener("input", () => {
      if (!byId("reply-send").disabled) setTyping(box.value.trim() !== "");
    });

    /* Ctrl+Enter or Cmd+Enter sends. */
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (!byId("reply-send").disabled) form.requestSubmit(byId("reply-send"));
    });

    /* What is being sent is not changed under way: it is cleared when it has arrived. */
    form.addEventListener("htmx:beforeRequest", () => { box.readOnly = true; });
    form.addEventListener("htmx:afterRequest", () => { box.readOnly = false; });

    hear("nightdesk:replied", () => {
      clearTimeout(quiet);
      typing = false;
      box.value = "";
      newKey();
      toEnd();
      box.focus();
    });
    hear("nightdesk:new-key", newKey);
    hear("nightdesk:taken", () => box.focus());
    /* What worked is put away; the page above says what came of it, and the focus goes there: the button that had
       it is gone. */
    const toStatus = () => byId("status-h").focus();
    const parts = { resolved: "resolve", passed: "pass", level: "level", noted: "private", reopened: "reopen" };
    for (const [done, id] of Object.entries(parts)) {
      hear(`nightdesk:${done}`, () => {
        const part = byId(id);
        part.querySelector("form").reset();
        part.open = false;
        toStatus();
      });
    }
    for (const done of ["acknowledged", "released"]) hear(`nightdesk:${done}`, toStatus);
  }

  /* What the reader has opened stays open when what stands in it changes. */
  const { callbacks } = Idiomorph.defaults;
  const before = callbacks.beforeAttributeUpdated;
  callbacks.beforeAttributeUpdated = (name, element, how) =>
    !(name === "open" && element.localName === "details") && before(name, element, how);

  /* On a phone the cases come first; what narrows them down is a press away. */
  const choose = byId("choose");
  if (choose && !choose.dataset.chosen && matchMedia("(max-width: 48rem)").matches) choose.open = false;

  readServerTime();
  tick();
  count();
  toEnd();
  every(1000, tick);
})();
