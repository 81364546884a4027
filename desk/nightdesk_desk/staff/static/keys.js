/* Keyboard shortcuts of one letter. They can be turned off, and are silent while somebody writes. */
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const dialog = byId("keys");
  if (!dialog) return;
  const OFF = "nightdesk.keys-off";
  const isOff = () => { try { return localStorage.getItem(OFF) === "yes"; } catch { return false; } };
  const turn = (off) => {
    try {
      if (off) localStorage.setItem(OFF, "yes");
      else localStorage.removeItem(OFF);
    } catch { /* Nothing can be kept: they stay on. */ }
  };

  const box = byId("keys-on");
  const open = () => {
    box.checked = !isOff();
    dialog.showModal();
  };
  box.addEventListener("change", () => turn(!box.checked));
  byId("keys-open").addEventListener("click", open);
  byId("keys-close").addEventListener("click", () => dialog.close());

  /* A moment after the list of shortcuts was closed, its box still has the focus: nobody writes there. */
  const writing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null
    && target.closest("dialog:not([open])") === null;
  const move = (by) => {
    const links = Array.from(document.querySelectorAll("#queue .case h3 a"));
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
    const link = links[Math.min(Math.max(next, 0), links.length - 1)];
    link.focus();
    link.scrollIntoView({ block: "nearest" });
  };
  const press = (id) => {
    const button = byId(id);
    if (button && !button.disabled) button.click();
  };
  const goTo = (id) => {
    const field = byId(id);
    if (field) field.focus();
    return field !== null;
  };
  /* A key pressed by mistake must not cost what somebody has written. drafts.js marks what it keeps. */
  const isUnsaved = (field) => !field.closest("[data-kept]") && (field.type === "checkbox"
    ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
  const mayLeave = () => {
    const fields = document.querySelectorAll("main form[method=post] :is(textarea, input:not([type=hidden]))");
    return !Array.from(fields).some(isUnsaved) || confirm(byId("keys-leave").textContent);
  };
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    a: () => press("do-acknowledge"),
    t: () => press("do-take"),
    r: () => goTo("reply-text"),
    "/": () => { if (!goTo("search") && mayLeave()) location.href = "/inbox#search"; },
    "?": open,
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat && !"jk".includes(event.key)) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (isOff() || dialog.open || writing(event.target)) return;
    if (!Object.hasOwn(acts, event.key)) return;
    /* The letter itself must not land in the field that gets the focus. */
    event.preventDefault();
    acts[event.key]();
  });
  if (location.hash === "#search") goTo("search");
})();
