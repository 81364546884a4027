/** Times in the visitor's own time zone and language. */

function dayNumber(date: Date): number {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** "today" and "yesterday" as such, else the date: "Monday, March 2". */
export function dayLabel(at: string, now: Date, lang: string, today: string, yesterday: string): string {
  const date = new Date(at);
  const ago = dayNumber(now) - dayNumber(date);
  if (ago === 0) return today;
  if (ago === 1) return yesterday;
  return date.toLocaleDateString(lang, { weekday: "long", month: "long", day: "numeric" });
}

/** The time of day: "2:05 PM". */
export function timeLabel(at: string, lang: string): string {
  return new Date(at).toLocaleTimeString(lang, { hour: "numeric", minute: "2-digit" });
}
