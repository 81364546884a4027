/** Keeps the chat on a page that changes without being loaded anew: many sites replace or empty the body then. */

/** Who takes it away again and again gets it back no more often than this within the time. */
const AT_ONCE = 9;
const WITHIN_MS = 1000;

/** Call `back` whenever the host is not on the page any more. Gives what ends that. */
export function stay(host: Node, back: () => void): () => void {
  let spare = AT_ONCE;
  const look = (): void => {
    const { body } = document;
    if (!spare) return;
    // Not all that is in them: a page may change a thousand times a second.
    [document.documentElement, body].forEach((node) => node && observer.observe(node, { childList: true }));
    if (!body || body.contains(host)) return;
    spare -= 1;
    setTimeout(() => {
      spare += 1;
      look();
    }, WITHIN_MS);
    back();
  };
  const observer = new MutationObserver(look);
  look();
  return () => {
    // Neither none nor some, whatever is added.
    spare = NaN;
  };
}
