/** Asks the desk what the clinic has set. */

const ANSWER_MS = 10_000;

/** Rejects when no answer comes, or none that can be read; a browser without fetch cannot ask. */
export function askSettings(origin: string): Promise<unknown> {
  if (!window.fetch) return Promise.reject();
  const stop = window.AbortController ? new AbortController() : null;
  const timer = setTimeout(() => stop && stop.abort(), ANSWER_MS);
  return fetch(`${origin}/api/widget/config`, {
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    signal: stop && stop.signal,
  }).then((answer) => {
    clearTimeout(timer);
    return answer.ok ? answer.json() : Promise.reject();
  });
}
