/** Doings that only one tab of a site is to be at. */

/** So long a tab waits for another: one that hangs stops nobody. */
const WAIT_MS = 15_000;

/** Do it while no other tab does the same; at once where a browser has no locks or gives none. */
export async function alone<T>(what: string, act: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), WAIT_MS);
  let begun = false;
  const begin = (): Promise<T> => {
    begun = true;
    clearTimeout(timer);
    return act();
  };
  try {
    return await navigator.locks.request(`nightdesk ${what}`, { signal: stop.signal }, begin);
  } catch (error) {
    if (begun) throw error;
    return begin();
  }
}
