/* Recovery codes: copy and print. Without this file, they can be downloaded and selected. */
"use strict";

(() => {
  const codes = document.getElementById("codes");
  const said = document.getElementById("recovery-said");
  if (!codes || !said) return;

  const acts = {
    copy: async () => {
      const text = [...codes.querySelectorAll("code")].map((code) => code.textContent).join("\n");
      try {
        await navigator.clipboard.writeText(text);
        said.textContent = said.dataset.copied;
      } catch {
        said.textContent = said.dataset.notCopied;
      }
    },
    print: () => window.print(),
  };

  for (const button of document.querySelectorAll("button[data-recovery]")) {
    button.hidden = false;
    button.addEventListener("click", acts[button.dataset.recovery]);
  }
})();
