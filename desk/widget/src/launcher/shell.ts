/** What the panel is without the chat: head, crisis line, and the clinic's phone and hours in plain words. */
import { fill } from "../fill.js";
import { smsHref, telHref } from "../links.js";
import type { Settings, Tag } from "../settings.js";
import { button, icon, link, make, refill, type Child } from "./dom.js";
import type { ShellStrings } from "./strings.js";

const CHAT = "M4 5h16v11H9l-4 4v-4H4z";
const CLOSE = "M6 6l12 12M18 6L6 18";
const WARN = "M12 3l10 18H2zM12 10v5M12 18v.5";

/** The button on the page. */
export class Launcher {
  readonly element: HTMLButtonElement;
  /** Beside it, for who cannot see the count. */
  readonly news = make("p", { class: "hear", role: "status" });
  private readonly count: HTMLElement;

  constructor(
    private readonly words: ShellStrings,
    press: () => void,
  ) {
    this.count = make("span", { class: "count" });
    const about = { class: "launcher", "data-test": "launcher", "aria-expanded": "false" };
    this.element = button(about, press, icon(CHAT), make("span", {}, words.launch), this.count);
    this.unread(0);
  }

  /** Tell how many messages have come that nobody has seen. */
  unread(count: number): void {
    const { launch_label, launch_unread } = this.words;
    const unread = count ? fill(launch_unread, { count }) : "";
    this.element.setAttribute("aria-label", unread || launch_label);
    // Said once.
    if (this.news.textContent !== unread) refill(this.news, [unread]);
    refill(this.count, [count ? `${count}` : ""]);
  }
}

/** Why there is no chat in the panel: on its way, broken or away, or not for this browser. */
export type Why = "loading" | "down_here" | "down_old";

/** The panel around the chat. */
export class Frame {
  readonly element: HTMLElement;
  private readonly title = make("h2", { id: "nightdesk-title", dir: "auto" });
  private readonly crisis: HTMLElement;
  private readonly out: HTMLElement;
  private menu = make("div", {});
  private content: HTMLElement = make("div", { class: "plain" });
  private shown = "";

  constructor(
    private readonly tag: Tag,
    private readonly words: ShellStrings,
    close: () => void,
    leave: () => void,
  ) {
    this.out = button({ "data-test": "leave", title: words.leave_keys }, leave, words.leave);
    this.crisis = make("div", { class: "crisis", "data-test": "crisis", role: "group", "aria-label": words.crisis_region });
    const about = { class: "close", "data-test": "close", "aria-label": words.close };
    this.element = make(
      "section",
      { class: "panel", role: "dialog", "aria-labelledby": "nightdesk-title", "data-test": "panel", tabindex: "-1" },
      make("header", {}, make("div", {}, this.title, make("p", {}, words.bot)), this.menu, button(about, close, icon(CLOSE))),
      this.crisis,
      this.content,
    );
  }

  /** Title and crisis line as they are set now. What has not changed is left alone: somebody may be on a link. */
  settle({ name, crisis, elsewhere }: Settings): void {
    const { words } = this;
    const title = this.tag.title || name || words.title;
    const now = JSON.stringify([title, crisis]);
    if (now === this.shown) return;
    this.shown = now;
    refill(this.title, [title]);
    const call = (number: string, press = ""): Child =>
      link(telHref(number), fill(press ? words.call_press : words.call, { number, press }));
    const [number = "", word = ""] = crisis.text.split(" to ").reverse();
    refill(this.crisis, [
      make("p", {}, words.crisis_label),
      make(
        "div",
        { class: "lines" },
        call(crisis.emergency),
        " ",
        call(crisis.call, crisis.press),
        " ",
        link(smsHref(crisis.text), fill(word ? words.text_word : words.text_to, { number, word })),
        " ",
        link(crisis.chat, words.chat_crisis),
      ),
      make("div", { class: "ways" }, crisis.place && link(elsewhere, fill(words.not_in, { country: crisis.place })), " ", this.out),
    ]);
  }

  /** Make an empty place in the head for the chat's menu, and give it. */
  newMenu(): HTMLElement {
    const next = make("div", { class: "menu" });
    (this.menu.parentNode as Node).replaceChild(next, this.menu);
    return (this.menu = next);
  }

  /** Show this below the crisis line. */
  show(content: HTMLElement): void {
    this.element.replaceChild(content, this.content);
    this.content = content;
  }

  /** Show plain words, instead of the chat. */
  plain(why: Why, { phone, hours, hoursLang }: Settings, again: () => void): void {
    const { words } = this;
    const around = (text: string, field: string, inside: Child): Child => {
      const [before = "", after = ""] = text.split(field);
      return inside && make("p", {}, before, inside, after);
    };
    const loading = why === "loading";
    this.show(
      make(
        "div",
        { class: "plain", role: loading ? "status" : "alert", "data-test": loading ? "loading" : "fallback" },
        make("p", {}, loading ? "" : icon(WARN), " ", words[why]),
        around(words.down_phone, "{phone}", link(telHref(phone), phone)),
        around(words.intro_hours, "{hours}", hours && make("span", { lang: hoursLang }, hours)),
        loading ? "" : make("p", {}, words.down_crisis),
        why === "down_here" ? button({ "data-test": "try-again" }, again, words.retry) : "",
      ),
    );
  }

  /** Whether somebody is in what is the chat's, or has not gone anywhere in the panel yet. */
  holds(active: Element | null): boolean {
    return active === this.element || this.content.contains(active) || this.menu.contains(active);
  }
}
