import type { ChatEvent } from "../api.js";

const IN_CRISIS = ["P0", "P1"];

/** Whether staff have the chat, or were called into it, and whether for a crisis; as far as the page knows. */
export function standing(events: readonly ChatEvent[]): { staff: boolean; crisis: boolean } {
  const called = events.map((event) => event.level).filter(Boolean);
  const left = events.some((event) => event.person === false) && !personHere(events);
  return { staff: personHere(events) || (called.length > 0 && !left), crisis: called.some((level) => IN_CRISIS.includes(level!)) };
}

/** Whether a person has the chat now, from what the desk last said about that. */
export function personHere(events: readonly ChatEvent[]): boolean {
  for (const event of [...events].reverse()) {
    if (typeof event.person === "boolean") return event.person;
    if (event.from === "staff") return true;
  }
  return false;
}
