/** Asks the desk what the clinic has set. */

import { inLanguage } from "../in_language.js";

const ANSWER_MS = 10_000;

/** Rejects when no answer comes, or none that can be read; a browser without fetch cannot ask. */
export function askSettings(origin: string, lang = "en"): Promise<unknown> {
  if (!window.fetch) return Promise.reject();
  const stop = window.AbortController ? new AbortController() : null;
  const timer = setTimeout(() => stop && stop.abort(), ANSWER_MS);
  return fetch(`${origin}/api/widget/config${inLanguage(lang)}`, {
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    signal: stop && stop.signal,
  })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject()))
    .then((config) => {
      clearTimeout(timer);
      return config;
    });
}
