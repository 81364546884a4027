import type { ChatEvent } from "../api.js";

/** Whether a person has the chat now, from what the desk last said about that. */
export function personHere(events: readonly ChatEvent[]): boolean {
  for (const event of [...events].reverse()) {
    if (typeof event.person === "boolean") return event.person;
    if (event.from === "staff") return true;
  }
  return false;
}
