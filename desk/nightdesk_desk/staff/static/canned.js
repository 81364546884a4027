/* A ready-made reply goes into the reply box, after what stands there. Nothing is sent from here. */
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const list = byId("canned");
  const box = byId("reply-text");
  if (!list || !box) return;
  const said = byId("canned-said");

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-canned]");
    if (!button) return;
    const before = box.value.trimEnd();
    const text = byId(button.dataset.canned).textContent.trim();
    const whole = before ? `${before}\n\n${text}` : text;
    if (box.readOnly) {
      said.textContent = byId("canned-sending").textContent;
    } else if (whole.length > box.maxLength) {
      said.textContent = byId("canned-too-long").textContent;
    } else {
      said.textContent = "";
      box.value = whole;
      /* As if it were typed: the visitor sees that staff are writing. */
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.focus();
      box.setSelectionRange(whole.length, whole.length);
      box.scrollTop = box.scrollHeight;
    }
  });
})();
