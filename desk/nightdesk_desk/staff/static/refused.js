/* An act that did not go through: its words stand beside its button too, where whoever pressed it looks, and the
   focus goes back there. They are read out once only, from the notice at the top. */
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const said = document.createElement("p");
  said.className = "problem refused";

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.matches("form")) said.remove();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const { elt: form, xhr } = event.detail;
    /* Not htmx's own "successful": a refusal is swapped in as well. 0 is no answer at all. */
    if (!form.matches("form") || (xhr.status >= 200 && xhr.status < 400)) return;
    /* After the answer has taken its places, and the button can be pressed again. */
    setTimeout(() => {
      const button = form.isConnected && form.querySelector("button[type=submit], button:not([type])");
      /* What stood there may be gone: somebody else was quicker. */
      (button && !button.disabled ? button : byId("status-h")).focus({ preventScroll: true });
      const refusal = xhr.status === 409 || xhr.status === 422;
      const words = refusal ? byId("notice") : byId("not-done");
      if (form.closest("#status") && refusal) {
        byId("notice").scrollIntoView({ block: "nearest" });
        return;
      }
      said.textContent = words.textContent.trim();
      (form.isConnected ? form : byId("acts")).append(said);
      said.scrollIntoView({ block: "nearest" });
    }, 0);
  });
})();
