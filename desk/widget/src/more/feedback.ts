/** What a visitor says to "Did this answer your question?": pure steps from press to stored. */

/** A press on this page. What the desk has stored is in the event, not here. */
export interface Press {
  helpful: boolean;
  state: "sending" | "stored" | "failed";
}

/** What is stored about an answer: null while nothing is, undefined when it is not asked about. */
export function stored(feedback: unknown): boolean | null | undefined {
  if (typeof feedback !== "object" || feedback === null) return undefined;
  const { helpful } = feedback as { helpful?: unknown };
  return typeof helpful === "boolean" ? helpful : null;
}

/** The answer to show as chosen: a wish that is under way, else what is stored. */
export function chosen(press: Press | undefined, saved: boolean | null): boolean | null {
  return press?.state === "sending" ? press.helpful : saved;
}

/** Whether to offer a person: after a No, also one that could not be sent. */
export function offersPerson(press: Press | undefined, saved: boolean | null): boolean {
  return (press ? press.helpful : saved) === false;
}

/** Which words to say about it; none while nothing was said or it is under way. */
export function said(press: Press | undefined, saved: boolean | null): "failed" | "said_yes" | "said_no" | null {
  if (press?.state === "failed") return "failed";
  if (press?.state === "sending" || saved === null) return null;
  return saved ? "said_yes" : "said_no";
}

/** What a press leads to, and whether something is to be sent for it now. */
export function pressed(
  before: Press | undefined,
  saved: boolean | null,
  helpful: boolean,
): { press: Press | undefined; send: boolean } {
  if (before?.state === "sending") return { press: { helpful, state: "sending" }, send: false };
  if (saved === helpful && before?.state !== "failed") return { press: before, send: false };
  return { press: { helpful, state: "sending" }, send: true };
}

/** One request is under way at a time; when the visitor changed their mind meanwhile, another follows. */
export function settled(press: Press, sent: boolean, stored: boolean): { press: Press; send: boolean } {
  if (press.helpful !== sent) return { press, send: true };
  return { press: { helpful: sent, state: stored ? "stored" : "failed" }, send: false };
}
