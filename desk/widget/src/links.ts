/** Checked addresses: nothing else is ever put in a link. */

/** A number as a `tel:` address; empty when it holds no digit. */
export function telHref(number: string): string {
  const digits = number.replace(/[^\d+*#]/g, "");
  return /\d/.test(digits) ? `tel:${digits}` : "";
}

/** A number to call, whole. */
export const NUMBER = /^[\d+(][\d+() .-]*$/;

/** An `sms:` address for "988" or "HOME to 741741"; empty when there is no number in it. */
export function smsHref(line: string): string {
  const [number = "", word] = line.split(" to ").reverse();
  // Half of a character cannot be put in an address.
  if (!NUMBER.test(number) || /[\ud800-\udfff]/.test(line)) return "";
  return telHref(number).replace("tel", "sms") + (word ? `?body=${encodeURIComponent(word)}` : "");
}

/** An address as it may be put in a link: http or https only, without a name before an "@", seen from `base`; else empty. */
export function webHref(address: string, base?: string): string {
  try {
    const url = new URL(address, base);
    return /^https?:$/.test(url.protocol) && !url.username ? url.href : "";
  } catch {
    return "";
  }
}
