/** Leaves the page for a neutral one: at once nothing of it is in view, and Back does not lead to it. */
import { make } from "./dom.js";

const ENOUGH = 3;
const WITHIN_MS = 2000;

/**
 * Counts presses of Escape, and tells when there have been enough within the time: those while the chat is open, and
 * after one that closed it.
 */
export function escapes(): (open: boolean, repeat: boolean) => boolean {
  let presses: number[] = [];
  return (open, repeat) => {
    const now = Date.now();
    presses = presses.filter((at) => now - at < WITHIN_MS);
    // A key that is held is one press.
    if (!repeat && (open || presses.length)) presses.push(now);
    return presses.length >= ENOUGH;
  };
}

/** Go. What the chat has to do before keeps nobody here. */
export function leave(exit: string, before: () => void): void {
  document.documentElement.style.setProperty("display", "none", "important");
  document.title = "";
  // Nobody there is told where the visitor was.
  document.head.appendChild(make("meta", { name: "referrer", content: "no-referrer" }));
  try {
    before();
    // Empties the page, and ends what listens in it: it may want to ask whether to stay.
    document.open();
    document.close();
  } catch {
    // It goes on all the same.
  }
  const go = (): void => {
    try {
      // Out of a frame, too.
      top!.location.replace(exit);
    } catch {
      location.replace(exit);
    }
  };
  // To the browser this key means to stop what it loads.
  addEventListener("keydown", (event) => {
    event.preventDefault();
    go();
  });
  go();
}
