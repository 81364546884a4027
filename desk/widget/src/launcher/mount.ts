/** Puts the chat on a page: a launcher and a panel that work alone, whatever becomes of the chat in it. */
import { AGREEMENT, type Face, type Pack, type Shell, type Start } from "../handover.js";
import { fill } from "../fill.js";
import { NUMBER, smsHref, telHref, webHref } from "../links.js";
import { Memory } from "../memory.js";
import { field, settings, words as text, type Tag } from "../settings.js";
import { dress } from "../styles.js";
import { askSettings } from "./ask.js";
import { make, refill } from "./dom.js";
import { escapes, leave } from "./leave.js";
import { loadChat, loadWords } from "./load.js";
import { settleColour } from "./looks.js";
import { Frame, Launcher, type Why } from "./shell.js";
import { stay } from "./stay.js";
import { strings } from "./strings.js";
// Made smaller by the build.
import sheet from "../../launcher.css";

const NAME = "nightdesk-chat";
const FRESH_MS = 5 * 60_000;
/** A chat that comes sooner than this needs no word about it. */
const MOMENT_MS = 500;
/** A chat that is here waits this long for its words in another language. */
const WORDS_MS = 4000;

/** Those of the document can be heard at the window, too. */
type Events = WindowEventMap & DocumentEventMap;

/** The element on the page. */
export interface ChatHost extends HTMLElement {
  open(): void;
  close(): void;
  /** Also ends all that the chat does. */
  remove(): void;
}

/** A browser without shadow roots: a box on the page, which our style sheet would not keep to. */
const BOX = "position:fixed;right:0;bottom:0;z-index:2147483647;max-width:25em;max-height:100%;overflow:auto;padding:1em;background:#fff;color:#000";

/** There is one chat on a page: a second call gives the first one's, which may just be off the page (see stay.ts). */
export function mount(tag: Tag): ChatHost {
  const page = document as Document & { [NAME]?: ChatHost | undefined };
  const there = page[NAME];
  if (there) return there;
  const host = (page[NAME] = document.createElement(NAME) as ChatHost);
  const root = host.attachShadow && host.attachShadow({ mode: "open" });
  if (root) dress(root, sheet);
  else host.style.cssText = BOX;
  const { lang, words } = strings(tag.lang);
  let memory = new Memory(tag.origin);
  const launcher = new Launcher(words, () => show(true));
  const frame = new Frame(tag, words, () => show(false), go);
  // Our languages run from left to right, also on a page that does not.
  const aside = make("aside", { class: tag.left ? "root left" : "root", lang, dir: "ltr", "aria-label": words.region });
  /** What is drawn anew does not take the news with it: it would be said again. */
  const place = make("div", {});
  let current = settings(memory.get("config"), tag, false, lang);
  let askedAt = 0;
  let reach: "ok" | "down" | undefined;
  const kept = memory.get("open");
  /** What the visitor did last counts, then what the page wants. */
  let open = kept === null ? tag.open : kept === true;
  /** Why there is no chat; undefined before it is asked for and while there is one. */
  let why: Why | undefined;
  /** Whether that has been said: not in the first moment. */
  let told = false;
  let start: Start | undefined;
  let pack: Pack | undefined;
  let face: Face | undefined;
  /** The shell of the chat that is drawn now: an older one has no say any more. */
  let now: Shell | undefined;

  const remembered = (): unknown => memory.get("conversation") || memory.get("pending");
  const active = (): Element | null => (root || document).activeElement;
  const enough = escapes();
  const heard: (() => void)[] = [];
  /** The chat is off the page, and nothing begins any more. */
  let gone = false;
  /** Where the visitor is in the chat. */
  let at: Element | null = null;

  function listen<Kind extends keyof Events>(kind: Kind, act: (event: Events[Kind]) => void): void {
    addEventListener(kind, act as EventListener, true);
    heard.push(() => removeEventListener(kind, act as EventListener, true));
  }

  function stop(): void {
    gone = true;
    heard.forEach((done) => done());
  }

  function plain(next: Why): void {
    why = next;
    told = true;
    // Who was in what goes away is not left nowhere.
    const inside = frame.holds(active());
    frame.plain(next, current, load);
    if (inside && open) frame.element.focus();
  }

  /** End the chat that is drawn. */
  function end(leaving?: boolean): void {
    const old = face;
    face = now = undefined;
    try {
      if (old) old.end(leaving);
    } catch {
      // It is gone all the same.
    }
  }

  function failed(): void {
    end();
    plain("down_here");
    frame.newMenu();
  }

  /** Show nothing of the chat that was here, and take up what is remembered now: nothing, where it is `forgotten`. */
  function renew(forgotten?: boolean): void {
    // First what is on its way: it may be in need of what is forgotten.
    end(true);
    if (forgotten) memory.forget(false);
    frame.newMenu();
    frame.show(make("div", {}));
    launcher.unread(0);
    // Not what only this page knows, where nothing can be stored: it may be meant to be forgotten.
    memory = new Memory(tag.origin);
    open = memory.get("open") === true;
    draw();
    refresh();
    if (open || remembered()) load();
  }

  /** Leave quickly. What is on its way still arrives, and the desk keeps what it has. */
  function go(): void {
    leave(tag.exit, () => {
      stop();
      end(true);
      memory.forget(true);
    });
  }

  function begin(): void {
    if (!root || !start || gone) return;
    const shell: Shell = {
      host,
      root,
      place: make("div", { class: "chat" }),
      menu: frame.newMenu(),
      tag,
      lang,
      words,
      english: strings("en").words,
      pack,
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
    if (face || gone || why === "loading") return;
    // What the chat's file is written in came to browsers together with Object.hasOwn.
    if (!root || !("hasOwn" in Object)) return plain("down_old");
    if (start) return begin();
    why = "loading";
    told = false;
    setTimeout(() => {
      if (why === "loading") plain(why);
    }, MOMENT_MS);
    const wordsCome = loadWords(tag, lang);
    loadChat(
      tag,
      { NUMBER, telHref, smsHref, webHref, field, words: text, fill, dress },
      (agreement, given) => {
        // Of two tries the first that comes is taken.
        if (face) return;
        if (agreement !== AGREEMENT) return failed();
        let waits = true;
        const go = (come: Pack | void): void => {
          if (face || !waits) return;
          waits = false;
          start = given;
          pack = come || pack;
          begin();
        };
        setTimeout(go, WORDS_MS);
        wordsCome.then(go);
      },
      () => face || plain("down_here"),
    );
  }

  function refresh(): void {
    // A clock may be set back.
    if (Math.abs(Date.now() - askedAt) < FRESH_MS) return;
    askedAt = Date.now();
    askSettings(tag.origin, lang)
      .then(
        (config) => {
          memory.set("config", config);
          reach = "ok";
        },
        () => {
          askedAt = 0;
          reach = "down";
        },
      )
      .then(() => {
        current = settings(memory.get("config"), tag, reach === "ok", lang);
        frame.settle(current);
        if (why && told) plain(why);
        if (face && reach) face.settled(reach);
      })
      .catch(() => now && now.fail());
  }

  /** Above all that the page draws, whatever its z-index, and where no transform of the page reaches. */
  function lift(): void {
    if (!root || !aside.showPopover) return;
    aside.setAttribute("popover", "manual");
    try {
      aside.showPopover();
    } catch {
      // It stays where its style sheet puts it.
    }
  }

  function look(): void {
    if (root) settleColour(host, aside, tag.color);
  }

  function draw(): void {
    refill(place, [open ? frame.element : launcher.element]);
    look();
  }

  function shown(): void {
    try {
      if (face) face.shown();
    } catch {
      if (now) now.fail();
    }
  }

  /** Put it on the page. A page that was kept as text has an empty one in it. */
  function put(): void {
    document.querySelectorAll(NAME).forEach((dead) => dead.remove());
    document.body.appendChild(host);
    lift();
  }

  function show(next: boolean): void {
    if (next === open) return;
    const inside = host.contains(document.activeElement);
    open = next;
    memory.set("open", open);
    draw();
    if (open) {
      refresh();
      load();
    }
    shown();
    if (open) (face || frame.element).focus();
    else if (inside) launcher.element.focus();
  }

  // The page's own shortcuts are not meant when somebody types here, nor is whoever holds the focus somewhere in it.
  ["keydown", "keypress", "keyup", "focusin", "focusout"].forEach((kind) =>
    aside.addEventListener(kind, (event) => {
      event.stopPropagation();
      // Not at once: what leaves the page loses the focus, too.
      setTimeout(() => (at = active()));
    }),
  );
  aside.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) show(false);
  });
  host.open = () => show(true);
  host.close = () => show(false);
  host.remove = () => {
    end();
    stop();
    page[NAME] = undefined;
    Element.prototype.remove.call(host);
  };
  aside.appendChild(launcher.news);
  aside.appendChild(place);
  (root || host).appendChild(aside);
  frame.settle(current);
  put();
  draw();
  refresh();
  if (open) load();
  else if (remembered()) (window.requestIdleCallback || setTimeout)(load);
  listen("storage", (event) => {
    if (memory.left(event)) renew(true);
    // Another tab of this site may begin the conversation.
    if (!why && remembered()) load();
  });
  heard.push(
    stay(host, () => {
      put();
      look();
      shown();
      // The page may have taken the focus meanwhile.
      if (document.activeElement !== document.body) at = null;
      if (at) (at as HTMLElement).focus();
    }),
  );
  listen("visibilitychange", () => {
    if (open && !document.hidden) refresh();
  });
  // The page's style sheets may come after us.
  listen("load", look);
  listen("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || !enough(open, event.repeat)) return;
    event.preventDefault();
    go();
  });
  // A page that is kept for "Back" shows nothing until it is known what may still be shown.
  listen("pagehide", () => refill(place, []));
  listen("pageshow", ({ persisted }) => {
    if (persisted) renew();
  });
  return host;
}
