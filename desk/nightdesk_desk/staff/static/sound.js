/* Sound and a flash for what is new and serious. The sounds are made here: there is no file. */
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const button = byId("sound");
  if (!button) return;
  const ON = "nightdesk.sound";
  const HEARD = "nightdesk.heard";
  const HEARD_AT = "nightdesk.heard-at";
  const AGAIN_MS = 60000;
  const PATIENT_MS = 2000;

  /* A browser may refuse to keep anything: then the sound is off after each page. */
  const kept = new Map();
  const read = (name) => {
    try { return localStorage.getItem(name); } catch { return kept.get(name) ?? null; }
  };
  const write = (name, value) => {
    try { localStorage.setItem(name, value); } catch { kept.set(name, value); }
  };

  let context;
  const said = byId("sound-said");
  const tones = {
    /* Up and up again: an emergency, or a message that must be answered now. */
    high: [[880, 0], [1175, 0.2], [880, 0.5], [1175, 0.7]],
    /* Once down: a crisis, or a conversation passed on. */
    low: [[587, 0], [440, 0.3]],
  };
  let waiting = "";
  const play = (name) => {
    /* A new page has no sound before a press or a click on it, in some browsers. */
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) {
      waiting = name;
      said.textContent = byId("sound-blocked").textContent;
      return;
    }
    context = context || new AudioContext();
    const begin = () => {
      said.textContent = "";
      for (const [hertz, after] of tones[name]) {
        const from = context.currentTime + after;
        const tone = context.createOscillator();
        const volume = context.createGain();
        tone.frequency.value = hertz;
        volume.gain.setValueAtTime(0.0001, from);
        volume.gain.exponentialRampToValueAtTime(0.25, from + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.18);
        tone.connect(volume).connect(context.destination);
        tone.start(from);
        tone.stop(from + 0.2);
      }
    };
    if (context.state === "running") {
      begin();
      return;
    }
    said.textContent = byId("sound-blocked").textContent;
    context.resume().then(begin, () => undefined);
  };
  for (const name of ["keydown", "pointerdown"]) {
    document.addEventListener(name, () => {
      if (context && context.state === "suspended") context.resume().catch(() => undefined);
      if (!waiting) return;
      const name = waiting;
      waiting = "";
      said.textContent = "";
      if (isOn()) play(name);
    }, { passive: true, capture: true });
  }

  const isOn = () => read(ON) === "on";
  const show = () => { button.textContent = isOn() ? "Sound off" : "Sound on"; };
  button.addEventListener("click", () => {
    write(ON, isOn() ? "off" : "on");
    show();
    /* What it will be like; and the press lets the browser play on this page. */
    if (isOn()) sound("high");
    else said.textContent = "";
  });
  window.addEventListener("storage", show);

  let calm = 0;
  const flash = (how) => {
    clearTimeout(calm);
    document.body.dataset.flash = how;
    calm = setTimeout(() => { delete document.body.dataset.flash; }, 6000);
  };

  const keysNow = () => {
    const calls = byId("calls");
    const alarms = Array.from(document.querySelectorAll("#alarms .alarm"), (alarm) => alarm.id);
    return [...(calls ? calls.dataset.keys.split(" ") : []), ...alarms].filter(Boolean);
  };
  const howOf = (keys) => (keys.some((key) => /^(P0|alarm)-/.test(key)) ? "high" : "low");

  /* Of several tabs one plays: whoever first writes down that it was heard. One that hangs while it has its turn
     silences nobody: twice is better than not at all. */
  const alone = (act) => {
    if (!navigator.locks) return act();
    const patience = new AbortController();
    setTimeout(() => patience.abort(), PATIENT_MS);
    return navigator.locks.request(HEARD, { signal: patience.signal }, act).catch(act);
  };
  const hear = (keys) => alone(() => {
    const heard = (read(HEARD) || "").split(" ");
    const fresh = keys.filter((key) => !heard.includes(key));
    write(HEARD, keys.join(" "));
    if (fresh.length && isOn()) sound(howOf(fresh));
  });
  const sound = (how) => {
    write(HEARD_AT, String(Date.now()));
    play(how);
  };

  /* An emergency that nobody has acknowledged sounds again, until somebody does. */
  const isEmergency = (key) => key.startsWith("P0-");
  setInterval(() => {
    const due = () => Date.now() - Number(read(HEARD_AT) || 0) >= AGAIN_MS;
    if (!isOn() || !keysNow().some(isEmergency) || !due()) return;
    alone(() => {
      if (!due()) return;
      flash("high");
      sound("high");
    });
  }, 5000);

  let seen = null;
  const look = () => {
    if (!byId("calls")) return;
    const keys = keysNow();
    const fresh = seen === null ? [] : keys.filter((key) => !seen.includes(key));
    const changed = seen === null || keys.join(" ") !== seen.join(" ");
    seen = keys;
    if (fresh.length) flash(howOf(fresh));
    if (changed) hear(keys);
  };
  document.body.addEventListener("htmx:afterSettle", look);
  document.body.addEventListener("htmx:oobAfterSwap", look);
  show();
  look();
})();
