/** The way in for pages that are built with npm. The chat itself comes from the desk, as with the script tag. */
import { mount as place } from "./launcher/mount.js";
import { readTag } from "./settings.js";

/** As the attributes of the script tag; what is left out or cannot be used falls back as there. */
export interface Options {
  /** The desk's address, such as "https://desk.example". */
  desk: string;
  /** "en" or "es"; else the page's language. */
  lang?: string;
  /** The panel's title, instead of the clinic's name. */
  title?: string;
  /** Said first, in place of "Hi." */
  greeting?: string;
  /** Shown where the desk cannot be reached. */
  phone?: string;
  /** Whose crisis lines are shown where the desk cannot be reached: "US". */
  country?: string;
  position?: "left" | "right";
  /** A colour as CSS writes it. */
  color?: string;
  /** Where "Leave quickly" leads: https or http. */
  exit?: string;
  /** Whether the panel is open from the start. */
  open?: boolean;
  /** What lets scripts in where the page's policy asks for it. */
  nonce?: string;
}

export interface Chat {
  open(): void;
  close(): void;
  /** Take it off the page. What was said is kept, and is there again when it is put back. */
  remove(): void;
}

/** Put the chat on the page, once the page has a body. There is one: a second call gives the first one's. */
export function mount({ desk, nonce = "", open = false, ...others }: Options): Chat {
  const src = new URL("/widget.js", desk).href;
  const page = document.documentElement.lang || navigator.language;
  const host = place(readTag({ src, nonce, dataset: { ...others, open: `${open}` } }, page));
  return { open: () => host.open(), close: () => host.close(), remove: () => host.remove() };
}
