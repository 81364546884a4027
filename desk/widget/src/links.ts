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
const BARE = String.raw`(?:[a-z0-9-]+\.)+(?:org|com|gov|net|edu|health)\b(?:\/[^\s<>"'“”]*)?`;
const PHONE = String.raw`(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}|\+\d[\d .()-]{6,16}\d`;

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function href(found: string, kind: "web" | "email" | "bare" | "number"): string {
  if (kind === "web") return webHref(found);
  if (kind === "bare") return webHref(`https://${found}`);
  return kind === "email" ? `mailto:${found}` : telHref(found);
}

/**
 * Find addresses and phone numbers in a line. `short` are numbers such as 911 and 988 that are too
 * short to be told from other numbers by their shape.
 */
export function linkify(line: string, short: readonly string[] = []): Piece[] {
  const few = short.filter((number) => /\d/.test(number)).map(escaped);
  const number = [PHONE, ...few].join("|");
  const pattern = new RegExp(
    String.raw`(?<web>${WEB})|(?<email>${EMAIL})|(?<bare>${BARE})|(?<number>${number})`,
    "gi",
  );
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of line.matchAll(pattern)) {
    const groups = match.groups ?? {};
    const kind = (["web", "email", "bare", "number"] as const).find((name) => groups[name]);
    if (!kind) continue;
    const found = kind === "number" ? match[0] : match[0].replace(/[.,;:!?)\]]+$/, "");
    const stop = match.index + found.length;
    // A number inside a longer number or a word ("1988", "911th") is not one to dial.
    if (kind === "number" && /[\w$]$/.test(line.slice(0, match.index))) continue;
    if (kind === "number" && /^(?:\w|[.,-]\d)/.test(line.slice(stop))) continue;
    const target = href(found, kind);
    if (!target) continue;
    if (match.index > end) pieces.push({ text: line.slice(end, match.index) });
    pieces.push({ text: found, href: target });
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
