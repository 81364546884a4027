import type { Tools } from "../more.js";
import type { Stored } from "../store.js";
import { keyOf } from "./key.js";

/** Tell the desk whether an answer helped; then it is in the transcript. Rejects when the desk did not take it. */
export async function rate(chat: Tools["chat"], event: Stored, helpful: boolean): Promise<void> {
  await chat.ask(`events/${event.seq}/feedback`, { helpful });
  // The conversation may have been lost meanwhile: it is not carried into another.
  if (chat.state.events.some((one) => keyOf(one) === keyOf(event))) chat.take([{ ...event, feedback: { helpful } }]);
}
