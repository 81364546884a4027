/** What the clinic set: built-in crisis lines, then what the desk said last, then what it says now. */
import { inLanguage } from "./in_language.js";
import { webHref } from "./links.js";
import { own } from "./own.js";

export interface Crisis {
  emergency: string;
  call: string;
  /** What to press after that for somebody who speaks the page's language. */
  press?: string;
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
  /** Said first, in place of our "Hi.". */
  greeting: string;
  /** As the site wrote it: see looks.ts. */
  color: string;
  /** Where "Leave quickly" leads. */
  exit: string;
}

export interface Settings {
  name: string;
  phone: string;
  hours: string;
  /** The language that the hours are in, and the notice: the clinic may have them only in English. */
  hoursLang: string;
  noticeLang: string;
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
declare const __CRISIS_LINES__: Record<string, Crisis & { es?: Partial<Crisis> }>;

/** A field of a value that may be anything. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A field that is a text; else empty. */
export function words(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === "string" ? found : "";
}

/** Without its last full stop ("9:00 a. m."): it is put where ours follows. */
const sentence = (text: string): string => text.replace(/\.$/, "");

function lines(value: unknown, builtIn: Crisis): Crisis {
  const emergency = words(value, "emergency");
  const call = words(value, "call");
  // Half a set could mix two countries' numbers.
  if (!/\d/.test(emergency) || !/\d/.test(call)) return builtIn;
  return {
    emergency,
    call,
    press: words(value, "press"),
    text: words(value, "text"),
    chat: webHref(words(value, "chat_url")),
    poison: words(value, "poison"),
    place: words(value, "place"),
  };
}

const told: Record<string, boolean> = {};

/** Tell whoever made the page that something it sets is not used: once, and without what it is. */
export function unused(name: string): void {
  if (!told[name]) console.warn(`Nightdesk does not use this value: ${name}`);
  told[name] = true;
}

/** What an attribute may be, where not everything will do. */
const MAY_BE: Record<string, RegExp> = {
  position: /^(left|right)$/,
  open: /^(true|false)?$/,
  phone: /\d/,
  country: /^[A-Z]{2}$/,
  greeting: /^.{0,200}$/,
  exit: /^https?:\/\/\w/,
};

/** The tag of our own script; `page` is the language of the page around it. */
export function readTag(script: { src: string; nonce?: string; dataset: DOMStringMap }, page: string): Tag {
  const data = Object.assign({}, script.dataset);
  Object.keys(MAY_BE).forEach((name) => {
    if (MAY_BE[name]!.test(data[name] || "")) return;
    if (data[name] !== undefined) unused(`data-${name}`);
    delete data[name];
  });
  return {
    origin: new URL(script.src).origin,
    title: data["title"] || "",
    nonce: script.nonce || "",
    phone: data["phone"] || "",
    country: data["country"] || "US",
    lang: data["lang"] || page,
    left: data["position"] === "left",
    open: data["open"] !== undefined && data["open"] !== "false",
    greeting: data["greeting"] || "",
    color: data["color"] || "",
    exit: webHref(data["exit"] || "") || "https://www.google.com/",
  };
}

/**
 * Read the desk's answer, whatever it holds: a missing or odd field falls back on the script tag
 * or on what is built in. `fresh` when it came during this visit to the page. What it said once on a page in another
 * language than `lang` is no answer where that matters.
 */
export function settings(config: unknown, tag: Tag, fresh: boolean, lang = "en"): Settings {
  const clinic = field(config, "clinic");
  const open = field(clinic, "open_now");
  const crisis = field(config, "crisis");
  const said = words(config, "lang") || "en";
  const country = own(__CRISIS_LINES__, words(crisis, "country") || tag.country) || __CRISIS_LINES__["US"];
  const builtIn = Object.assign({}, country, lang === "es" && country!.es);
  const page = (name: string, path: string): string => {
    const ours = path + inLanguage(lang);
    return webHref((said === lang && words(config, name)) || ours, tag.origin) || tag.origin + ours;
  };
  return {
    name: words(clinic, "name"),
    phone: words(clinic, "phone") || tag.phone,
    hours: sentence(words(clinic, "hours_text")),
    hoursLang: words(clinic, "hours_lang") || said,
    noticeLang: words(config, "demo_notice_lang") || said,
    openNow: fresh && typeof open === "boolean" ? open : null,
    opens: said === lang ? sentence(words(clinic, "next_opening")) : "",
    notice: words(config, "demo_notice"),
    privacy: page("privacy_url", "/privacy"),
    protocol: page("protocol_url", "/crisis-protocol"),
    elsewhere: tag.origin + "/crisis-lines" + inLanguage(lang),
    crisis: lines(said === lang && crisis, builtIn as Crisis),
  };
}
