/**
 * Plain text into paragraphs, lists and links, as plain values. Nothing here makes markup: the
 * component builds DOM nodes from these, so a message cannot smuggle any in.
 */

export type Piece = { text: string; href?: string };
export type Block = { kind: "p" | "ul" | "ol"; lines: Piece[][] };

/** A number as a `tel:` address; empty when it holds no digit. */
export function telHref(number: string): string {
  const digits = number.replace(/[^\d+*#]/g, "");
  return /\d/.test(digits) ? `tel:${digits}` : "";
}

/** An `sms:` address for "988" or "HOME to 741741"; empty when there is no number in it. */
export function smsHref(line: string): string {
  const parts = /^\s*(?:(\w+)\s+to\s+)?([\d+][\d\s-]*)$/i.exec(line);
  if (!parts?.[2]) return "";
  const number = parts[2].replace(/[^\d+]/g, "");
  return parts[1] ? `sms:${number}?body=${encodeURIComponent(parts[1])}` : `sms:${number}`;
}

/** An address as it may be put in a link: http or https only, seen from `base`; else empty. */
export function webHref(address: string, base?: string): string {
  try {
    const url = new URL(address, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : "";
  } catch {
    return "";
  }
}

const WEB = String.raw`https?:\/\/[^\s<>"'“”]+`;
const EMAIL = String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`;
const BARE = String.raw`(?:[a-z0-9-]+\.)+(?:org|com|gov|health)\b(?:\/[^\s<>"'“”]*)?`;
const PHONE = String.raw`(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}|\+\d[\d .()-]{6,16}\d`;

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

const NUMBER = /^[\d+(][\d+() .-]*$/;

function target(found: string, before: string): string {
  if (NUMBER.test(found)) {
    // "Text 988" and "call 911 or text 988", but not "call or text 988".
    const text = /\btext $/i.test(before) && !/[a-z] or text $/i.test(before);
    return text ? smsHref(found) : telHref(found);
  }
  if (/^https?:/i.test(found)) return webHref(found);
  return found.includes("@") ? `mailto:${found}` : webHref(`https://${found}`);
}

/**
 * Find addresses and phone numbers in a line. `short` are numbers such as 911 and 988 that are too
 * short to be told from other numbers by their shape.
 */
export function linkify(line: string, short: readonly string[] = []): Piece[] {
  const few = short.filter((number) => NUMBER.test(number)).map(escaped);
  const pattern = new RegExp([WEB, EMAIL, BARE, PHONE, ...few].join("|"), "gi");
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of line.matchAll(pattern)) {
    const found = match[0].replace(/[.,;:!?)\]]+$/, "");
    const start = match.index;
    const stop = start + found.length;
    // A number inside a longer number or a word ("1988", "911th") is not one to dial.
    const before = line.slice(0, start);
    const inside = /[\w$]$/.test(before) || /^(?:\w|[.,-]\d)/.test(line.slice(stop));
    const href = NUMBER.test(found) && inside ? "" : target(found, before);
    if (!href) continue;
    if (start > end) pieces.push({ text: line.slice(end, start) });
    pieces.push({ text: found, href });
    end = stop;
  }
  if (end < line.length) pieces.push({ text: line.slice(end) });
  return pieces;
}

const BULLET = /^\s*[-*•]\s+/;
const NUMBERED = /^\s*\d{1,2}[.)]\s+/;

/** Split a text into paragraphs and lists: a line is a paragraph, "- " and "1. " start list items. */
export function blocks(text: string, short: readonly string[] = []): Block[] {
  const found: Block[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (!line.trim()) continue;
    const kind = BULLET.test(line) ? "ul" : NUMBERED.test(line) ? "ol" : "p";
    const words = linkify(line.replace(kind === "ul" ? BULLET : kind === "ol" ? NUMBERED : /^\s+/, ""), short);
    const last = found.at(-1);
    if (kind !== "p" && last?.kind === kind) last.lines.push(words);
    else found.push({ kind, lines: [words] });
  }
  return found;
}
