/** Gets the chat's file onto the page. */
import type { Handover, Pack, Start } from "../handover.js";
import type { Tag } from "../settings.js";

/** Which build this is: all files have the same. */
declare const __VERSION__: string;

/** Not here yet after this long: the visitor is told. It may still come. */
export const LATE_MS = 10_000;

/** Where a page demands it, addresses of scripts come from a policy with this name. */
interface Policy {
  createScriptURL(address: string): string;
}
let policy: Policy | undefined;

function trusted(address: string): string {
  const { trustedTypes } = window as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } };
  // Once: a page may forbid a second policy of the same name. Only the launcher's own addresses come here.
  if (trustedTypes) policy = policy || trustedTypes.createPolicy("nightdesk", { createScriptURL: (given) => given });
  return policy ? policy.createScriptURL(address) : address;
}

let tries = 0;

/** Put one of the files on the page, with what it needs on its element. `missing`: it has not come, or is broken. */
function add(tag: Tag, file: string, handed: object, missing: () => void): void {
  try {
    const script = document.createElement("script") as HTMLScriptElement & { nightdesk: object };
    script.nightdesk = handed;
    script.async = true;
    script.crossOrigin = "anonymous";
    if (tag.nonce) script.nonce = tag.nonce;
    // A file with a mistake in it loads, too.
    script.onload = script.onerror = missing;
    // A browser may keep what an address gave: every build and every try has its own.
    script.src = trusted(`${tag.origin}/widget-${file}.js?${__VERSION__}-${(tries += 1)}`);
    document.documentElement.appendChild(script);
  } catch {
    missing();
  }
}

/** Load the chat's words in a language. Gives nothing for English, which the chat has in it, and where they don't come. */
export function loadWords(tag: Tag, lang: string): Promise<Pack | void> {
  return new Promise((take) => {
    if (lang === "en") take();
    else add(tag, lang, { take }, () => take());
  });
}

/** Load it once. `come` is told when it is there, `missing` when it does not come, comes late or is broken. */
export function loadChat(
  tag: Tag,
  handed: Omit<Handover, "take">,
  come: (agreement: number, start: Start) => void,
  missing: () => void,
): void {
  let here = false;
  const look = (): void => {
    if (!here) missing();
  };
  const take: Handover["take"] = (agreement, start) => {
    here = true;
    come(agreement, start);
  };
  add(tag, "chat", Object.assign({ take }, handed), look);
  setTimeout(look, LATE_MS);
}
