/** What the clinic set: built-in crisis lines, then what the desk said last, then what it says now. */
import { webHref } from "./links.js";
import { own } from "./own.js";

export interface Crisis {
  emergency: string;
  call: string;
  text: string;
  chat?: string;
  poison?: string;
  /** The country as it ends "Not in …?"; empty when the desk did not say it. */
  place: string;
}

/** From the script tag's attributes. */
export interface Tag {
  origin: string;
  title: string;
  phone: string;
  country: string;
  lang: string;
  /** What lets scripts in where a page asks for it. */
  nonce: string;
  left: boolean;
  open: boolean;
}

export interface Settings {
  name: string;
  phone: string;
  hours: string;
  /** null until the desk has said it on this page: an old answer is no answer. */
  openNow: boolean | null;
  opens: string;
  notice: string;
  privacy: string;
  protocol: string;
  /** The page with the lines of every country. */
  elsewhere: string;
  crisis: Crisis;
}

/** Lines by country, from data/safety/crisis_lines.yml when the bundle was built. */
declare const __CRISIS_LINES__: Record<string, Crisis>;

/** A field of a value that may be anything. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A field that is a text; else empty. */
export function words(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === "string" ? found : "";
}

function lines(value: unknown, builtIn: Crisis): Crisis {
  const emergency = words(value, "emergency");
  const call = words(value, "call");
  // Half a set could mix two countries' numbers.
  if (!/\d/.test(emergency) || !/\d/.test(call)) return builtIn;
  return {
    emergency,
    call,
    text: words(value, "text"),
    chat: webHref(words(value, "chat_url")),
    poison: words(value, "poison"),
    place: words(value, "place"),
  };
}

/** The tag of our own script; `page` is the language of the page around it. */
export function readTag(script: { src: string; nonce?: string; dataset: DOMStringMap }, page: string): Tag {
  const data = script.dataset;
  return {
    origin: new URL(script.src).origin,
    title: data["title"] || "",
    nonce: script.nonce || "",
    phone: data["phone"] || "",
    country: data["country"] || "US",
    lang: data["lang"] || page,
    left: data["position"] === "left",
    open: data["open"] !== undefined,
  };
}

/**
 * Read the desk's answer, whatever it holds: a missing or odd field falls back on the script tag
 * or on what is built in. `fresh` when it came during this visit to the page.
 */
export function settings(config: unknown, tag: Tag, fresh: boolean): Settings {
  const clinic = field(config, "clinic");
  const open = field(clinic, "open_now");
  const builtIn = own(__CRISIS_LINES__, tag.country) || __CRISIS_LINES__["US"];
  return {
    name: words(clinic, "name"),
    phone: words(clinic, "phone") || tag.phone,
    hours: words(clinic, "hours_text"),
    openNow: fresh && typeof open === "boolean" ? open : null,
    opens: words(clinic, "next_opening"),
    notice: words(config, "demo_notice"),
    privacy: webHref(words(config, "privacy_url") || "/privacy", tag.origin),
    protocol: webHref(words(config, "protocol_url") || "/crisis-protocol", tag.origin),
    elsewhere: `${tag.origin}/crisis-lines`,
    crisis: lines(field(config, "crisis"), builtIn as Crisis),
  };
}
