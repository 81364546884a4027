import type { Stored } from "../store.js";

/** Tells answers apart, also when a new conversation counts from 1 again. */
export function keyOf(event: Stored): string {
  return `${event.at} ${event.seq}`;
}
