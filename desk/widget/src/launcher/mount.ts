/** Puts the chat on a page: a launcher and a panel that work alone, whatever becomes of the chat in it. */
import { AGREEMENT, type Face, type Shell, type Start } from "../handover.js";
import { fill } from "../fill.js";
import { NUMBER, smsHref, telHref, webHref } from "../links.js";
import { Memory } from "../memory.js";
import { field, settings, words as text, type Tag } from "../settings.js";
import { dress } from "../styles.js";
import { askSettings } from "./ask.js";
import { make, refill } from "./dom.js";
import { loadChat } from "./load.js";
import { Frame, Launcher, type Why } from "./shell.js";
import { strings } from "./strings.js";
// Made smaller by the build.
import sheet from "../../launcher.css";

const NAME = "nightdesk-chat";
const FRESH_MS = 5 * 60_000;
/** A chat that comes sooner than this needs no word about it. */
const MOMENT_MS = 500;

/** The element on the page. */
export interface ChatHost extends HTMLElement {
  open(): void;
  close(): void;
}

/** A browser without shadow roots: a box on the page, which our style sheet would not keep to. */
const BOX = "position:fixed;right:0;bottom:0;z-index:2147483000;max-width:25em;max-height:100%;overflow:auto;padding:1em;background:#fff;color:#000";

/** There is one chat on a page: a second call gives the first one's. */
export function mount(tag: Tag): ChatHost {
  const there = document.querySelector<ChatHost>(NAME);
  if (there) return there;
  const host = document.createElement(NAME) as ChatHost;
  const root = host.attachShadow && host.attachShadow({ mode: "open" });
  if (root) dress(root, sheet);
  else host.style.cssText = BOX;
  const { lang, words } = strings(tag.lang);
  const memory = new Memory(tag.origin);
  const launcher = new Launcher(words, () => show(true));
  const frame = new Frame(tag, words, () => show(false));
  const aside = make("aside", { class: tag.left ? "root left" : "root", lang, "aria-label": words.region });
  let current = settings(memory.get("config"), tag, false);
  let askedAt = 0;
  let reach: "ok" | "down" | undefined;
  let open = memory.get("open") === true || tag.open;
  /** Why there is no chat; undefined before it is asked for and while there is one. */
  let why: Why | undefined;
  /** Whether that has been said: not in the first moment. */
  let told = false;
  let start: Start | undefined;
  let face: Face | undefined;
  /** The shell of the chat that is drawn now: an older one has no say any more. */
  let now: Shell | undefined;

  const remembered = (): unknown => memory.get("conversation") || memory.get("pending");
  const active = (): Element | null => (root || document).activeElement;

  function plain(next: Why): void {
    why = next;
    told = true;
    // Who was in what goes away is not left nowhere.
    const inside = frame.holds(active());
    frame.plain(next, current, load);
    if (inside && open) frame.element.focus();
  }

  function failed(): void {
    const old = face;
    face = now = undefined;
    try {
      if (old) old.end();
    } catch {
      // It is gone all the same.
    }
    plain("down_here");
    frame.newMenu();
  }

  function begin(): void {
    if (!root || !start) return;
    const shell: Shell = {
      host,
      root,
      place: make("div", { class: "chat" }),
      menu: frame.newMenu(),
      tag,
      lang,
      words,
      memory,
      settings: () => current,
      isOpen: () => open,
      unread: (count) => launcher.unread(count),
      fail: () => {
        if (now === shell) failed();
      },
    };
    now = shell;
    const given = start;
    // What does not start is loaded anew at the next try; what has started can start again.
    start = undefined;
    try {
      const made = given(shell);
      start = given;
      if (now !== shell) return made.end();
      face = made;
      why = undefined;
      if (reach) face.settled(reach);
      const inside = frame.holds(active());
      frame.show(shell.place);
      face.shown();
      if (inside && open) face.focus();
    } catch {
      shell.fail();
    }
  }

  function load(): void {
    if (face || why === "loading") return;
    // What the chat's file is written in came to browsers together with Object.hasOwn.
    if (!root || !("hasOwn" in Object)) return plain("down_old");
    if (start) return begin();
    why = "loading";
    told = false;
    setTimeout(() => {
      if (why === "loading") plain(why);
    }, MOMENT_MS);
    loadChat(
      tag,
      { NUMBER, telHref, smsHref, webHref, field, words: text, fill, dress },
      (agreement, given) => {
        // Of two tries the first that comes is taken.
        if (face) return;
        if (agreement !== AGREEMENT) return failed();
        start = given;
        begin();
      },
      () => face || plain("down_here"),
    );
  }

  function refresh(): void {
    if (Date.now() - askedAt < FRESH_MS) return;
    askedAt = Date.now();
    askSettings(tag.origin)
      .then(
        (config) => {
          memory.set("config", config);
          current = settings(config, tag, true);
          reach = "ok";
        },
        () => {
          askedAt = 0;
          reach = "down";
        },
      )
      .then(() => {
        frame.settle(current);
        if (why && told) plain(why);
        if (face && reach) face.settled(reach);
      })
      .catch(() => now && now.fail());
  }

  function draw(): void {
    refill(aside, [open ? frame.element : launcher.element]);
  }

  function show(next: boolean): void {
    if (next === open) return;
    const inside = host.contains(document.activeElement);
    open = next;
    memory.set("open", open || null);
    draw();
    if (open) {
      refresh();
      load();
    }
    try {
      if (face) face.shown();
    } catch {
      if (now) now.fail();
    }
    if (open) (face || frame.element).focus();
    else if (inside) launcher.element.focus();
  }

  aside.addEventListener("keydown", (event) => {
    // The page's own shortcuts are not meant when somebody types here.
    event.stopPropagation();
    if (event.key === "Escape" && !event.isComposing) show(false);
  });
  host.open = () => show(true);
  host.close = () => show(false);
  (root || host).appendChild(aside);
  frame.settle(current);
  draw();
  document.body.appendChild(host);
  refresh();
  if (open) load();
  else if (remembered()) (window.requestIdleCallback || setTimeout)(load);
  // Another tab of this site may begin the conversation.
  addEventListener("storage", () => {
    if (!why && remembered()) load();
  });
  return host;
}
