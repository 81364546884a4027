/** Times in the visitor's own time zone and language. */

/** As they are written in the United States: a Spanish "2:05 p. m.", too. */
const here = (lang: string): string => `${lang}-US`;

function dayNumber(date: Date): number {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** "today" and "yesterday" as such, else the date: "Monday, March 2". */
export function dayLabel(at: string, now: Date, lang: string, today: string, yesterday: string): string {
  const date = new Date(at);
  const ago = dayNumber(now) - dayNumber(date);
  if (ago === 0) return today;
  if (ago === 1) return yesterday;
  return date.toLocaleDateString(here(lang), { weekday: "long", month: "long", day: "numeric" });
}

/** A day as the desk writes it ("2026-11-03"), in words: "November 3, 2026"; empty when it is none. */
export function dateLabel(day: string, lang: string): string {
  // A date without a time is midnight in UTC.
  const date = new Date(day);
  return +date ? date.toLocaleDateString(here(lang), { dateStyle: "long", timeZone: "UTC" }) : "";
}

/** The time of day: "2:05 PM". */
export function timeLabel(at: string, lang: string): string {
  return new Date(at).toLocaleTimeString(here(lang), { hour: "numeric", minute: "2-digit" });
}

/** Day and time: "3/2/2026, 2:05:00 PM". */
export function momentLabel(at: string, lang: string): string {
  return new Date(at).toLocaleString(here(lang));
}
