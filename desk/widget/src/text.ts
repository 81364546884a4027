/**
 * Plain text into paragraphs, lists and links, as plain values. Nothing here makes markup: the
 * chat builds DOM nodes from these, so a message cannot smuggle any in.
 */
import { NUMBER, smsHref, telHref, webHref } from "./links.js";

export type Piece = { text: string; href?: string };
/** `numbers`: as each line has one before it. */
export type Block = { kind: "p" | "ul" | "ol"; lines: Piece[][]; numbers: (string | undefined)[] };

const WEB = String.raw`https?:\/\/[^\s<>"'“”]+`;
const EMAIL = String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`;
const ADDRESS = new RegExp(`^${EMAIL}$`);
const BARE = String.raw`(?:[a-z0-9-]+\.)+(?:org|com|gov|health)\b(?:\/[^\s<>"'“”]*)?`;
const PHONE = String.raw`(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}|\+\d[\d .()-]{6,16}\d|(?:0|1[38])\d\d+ \d{3,4} \d{3}`;

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function target(found: string): string {
  if (NUMBER.test(found)) return telHref(found);
  if (/^https?:/i.test(found)) return webHref(found);
  return ADDRESS.test(found) ? `mailto:${found}` : webHref(`https://${found}`);
}

/**
 * Find addresses and phone numbers in a line. `short` are numbers such as 911 and 988 that are too
 * short to be told from other numbers by their shape; `crisisText` is the country's line to text.
 *
 * "text 988" and "text SHOUT to 85258" begin a message, and the "call" of "call or text 988" a call.
 * Other languages need no words here: a number that is only texted is texted; one that is called
 * and texted is called where it stands first, and texted where it follows in the same sentence.
 */
export function linkify(line: string, short: readonly string[] = [], crisisText = ""): Piece[] {
  const [texted = "", word] = crisisText.split(" to ").reverse();
  const few = [...short, texted].filter((number) => NUMBER.test(number)).map(escaped);
  const numbers = [PHONE, ...few].join("|");
  const pattern = new RegExp([WEB, EMAIL, BARE, String.raw`\btext (?:\w+ to )?(?:${numbers}|\d{5,6})`, numbers].join("|"), "gi");
  const pieces: Piece[] = [];
  let end = 0;
  const put = (start: number, stop: number, href: string): void => {
    if (start > end) pieces.push({ text: line.slice(end, start) });
    pieces.push({ text: line.slice(start, stop), href });
    end = stop;
  };
  for (const match of line.matchAll(pattern)) {
    const found = match[0].replace(/[.,;:!?)\]]+$/, "");
    const start = match.index;
    const stop = start + found.length;
    const between = line.slice(end, start);
    const message = /^text (.+)/i.exec(found)?.[1];
    // A number inside a longer number or a word ("1988", "911th") is not one to dial.
    if (/[\w$]$/.test(line.slice(0, start)) || /^(?:\w|[.,-]\d)/.test(line.slice(stop))) continue;
    let href = message ? smsHref(message) : target(found);
    if (message && /\bcall or $/i.test(between)) put(start - 8, start - 4, telHref(message));
    const again = line.slice(0, end).endsWith(found) && !/[.!?]/.test(between);
    if (found === texted && (again || !short.includes(found))) {
      // A word in capitals is what is to be sent: "enviar AYUDA en un mensaje de texto al 988".
      const send = word ?? /[A-Z]{4,}/.exec(between)?.[0];
      href = smsHref(send ? `${send} to ${found}` : found);
    }
    if (href) put(start, stop, href);
  }
  if (end < line.length) pieces.push({ text: line.slice(end) });
  return pieces;
}

const MARK = /^\s*(?:[-*•]|(\d{1,2})[.)])\s+/;

/** Split a text into paragraphs and lists: a line is a paragraph, "- " and "1. " start list items. */
export function blocks(text: string, ...crisis: [short?: readonly string[], crisisText?: string]): Block[] {
  const found: Block[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (!line.trim()) continue;
    const [mark = "", number] = MARK.exec(line) ?? [];
    const kind = number ? "ol" : mark ? "ul" : "p";
    const words = linkify(line.slice(mark.length).trimStart(), ...crisis);
    const last = found.at(-1);
    if (mark && last?.kind === kind) {
      last.lines.push(words);
      last.numbers.push(number);
    } else found.push({ kind, lines: [words], numbers: [number] });
  }
  return found;
}
