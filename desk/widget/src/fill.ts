import { own } from "./own.js";

/** Put values into the {fields} of a text; a field without a value stays as it is. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = own(values, name);
    return value === undefined ? whole : `${value}`;
  });
}
