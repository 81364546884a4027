/** What an answer rests on, read from the desk's event, whatever that holds. */
import { field, words as text } from "./settings.js";

/** The things listed under a name; none when there is no list. */
export function listed(value: unknown, name: string): unknown[] {
  const found = field(value, name);
  return Array.isArray(found) ? found : [];
}

/** The texts called `name` of the things listed under `list`. */
export function texts(value: unknown, list: string, name: string): string[] {
  return listed(value, list)
    .map((one) => text(one, name))
    .filter(Boolean);
}
