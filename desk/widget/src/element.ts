/** The chat on the page: a launcher, and a panel that is not modal. */
import { html, nothing, render, type TemplateResult } from "lit-html";
import { Api } from "./api.js";
import { Chat } from "./chat.js";
import { Memory, seen } from "./memory.js";
import { loadMore, type More } from "./more.js";
import { settings, type Settings, type Tag } from "./settings.js";
import { length, rows, unread, type Row } from "./store.js";
import { fill, strings, type Strings } from "./strings.js";
import { dress } from "./styles.js";
// Made smaller by the build.
import sheet from "../styles.css";
import { crisisLine, ICONS, intro, notices, row, type Context } from "./views.js";

/** The desk's limit for one message, in characters (see the door in the contract package). */
const MAX_CHARS = 2000;
const COUNT_FROM = 1800;
const CONFIG_FRESH_MS = 5 * 60_000;
/** Not further up than this from where we scrolled to, the visitor is taken to be reading along. */
const NEAR_PX = 80;
const BATCH_MS = 3000;

/**
 * A plain custom element that draws with lit-html. Lit's own base class would be a sixth of the
 * bundle, for attributes and reflection that a chat made by its own script does not need.
 */
export class NightdeskChat extends HTMLElement {
  readonly #root = this.attachShadow({ mode: "open" });
  /** One element for each row of the transcript, by the row's id: rows keep theirs. */
  readonly #rows = new Map<string, HTMLElement>();
  #tag!: Tag;
  #words!: Strings;
  #lang = "en";
  #settings!: Settings;
  #memory!: Memory;
  #api!: Api;
  #chat!: Chat;
  #more: More | undefined;
  #open = false;
  #drawing = false;
  #configAt = 0;
  #shown = 0;
  #following = true;
  #height = 0;
  #place = 0;
  #anchor: HTMLElement | undefined;
  #anchoredAt = 0;

  /** To be called once. Taking the element off the page and putting it back does no harm. */
  start(tag: Tag): void {
    const { words, lang } = strings(tag.lang);
    this.#tag = tag;
    this.#words = words;
    this.#lang = lang;
    this.#memory = new Memory(tag.origin);
    this.#settings = settings(this.#memory.get("config"), tag, false);
    this.#api = new Api(tag.origin);
    this.#chat = new Chat(this.#api, this.#memory, () => this.#update());
    this.#open = this.#memory.get("open") === true || tag.open;
    dress(this.#root, sheet);
    this.#chat.start();
    void this.#configure();
    document.addEventListener("visibilitychange", () => this.#chat.visible(!document.hidden));
    addEventListener("online", () => this.#chat.nudge());
    // Another tab of this site may begin the conversation.
    addEventListener("storage", () => this.#chat.adopt());
    // A phone's keyboard covers the page without making it smaller: only the visual viewport tells.
    const view = window.visualViewport;
    const fit = (): void => {
      // Zooming in with two fingers is no reason to make the panel smaller.
      if (!view || view.scale > 1.01) return;
      this.style.setProperty("--view-height", `${view.height}px`);
      this.style.setProperty("--view-top", `${view.offsetTop}px`);
    };
    view?.addEventListener("resize", fit);
    view?.addEventListener("scroll", fit);
    fit();
    this.#update();
    if (this.#open) void this.#load();
  }

  /** Get what is read only on a press, now that the panel is open; at the next opening when that fails. */
  async #load(): Promise<void> {
    if (this.#more) return;
    this.#more = await loadMore(this.#tag.origin, {
      html,
      nothing,
      root: this.#root,
      lang: this.#lang,
      person: this.#words.person,
      send: (text) => this.#press(text),
      chat: this.#chat,
      draw: () => this.#draw(),
    });
    if (!this.#more) return;
    // What is there already is not to be read out once more for its new buttons.
    for (const place of this.#rows.values()) place.setAttribute("aria-live", "off");
    // It grows with them: what came last is to stay in view.
    this.#shown = 0;
    this.#update();
  }

  async #configure(): Promise<void> {
    if (Date.now() - this.#configAt < CONFIG_FRESH_MS) return;
    this.#configAt = Date.now();
    try {
      const config = await this.#api.config();
      this.#settings = settings(config, this.#tag, true);
      this.#memory.set("config", config);
      this.#chat.reach("ok");
    } catch {
      this.#configAt = 0;
      this.#chat.reach("down");
    }
    this.#update();
  }

  #show(open: boolean): void {
    this.#open = open;
    this.#memory.set("open", open || null);
    this.#said();
    this.#shown = this.#height = 0;
    this.#rows.clear();
    if (open) {
      void this.#configure();
      void this.#load();
      this.#chat.nudge();
    }
    this.#draw();
    this.#find(open ? "textarea" : ".launcher")?.focus();
  }

  #find(selector: string): HTMLElement | null {
    return this.#root.querySelector<HTMLElement>(selector);
  }

  #send(): void {
    const { draft } = this.#chat.state;
    const count = length(draft);
    if (count > 0 && count <= MAX_CHARS) {
      this.#said();
      this.#chat.send(draft, true);
    }
    this.#find("textarea")?.focus();
  }

  /** From here on the transcript goes with the conversation again. */
  #said(): void {
    this.#following = true;
    this.#anchoredAt = 0;
  }

  #press(text: string): void {
    const { pending } = this.#chat.state;
    // A second press while the first is still under way is the same wish.
    if (pending.some((message) => message.status === "sending" && message.text === text)) return;
    this.#said();
    this.#chat.send(text, false);
    // The button may be gone now: the answer comes in the transcript.
    this.#find(".log")?.focus({ preventScroll: true });
  }

  #onKey(event: KeyboardEvent): void {
    // The page's own shortcuts are not meant when somebody types here.
    event.stopPropagation();
    if (event.key === "Escape" && !event.isComposing) this.#show(false);
  }

  #onInputKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #onScroll(): void {
    const log = this.#find(".log");
    // Whoever goes back to read something older stays there.
    if (log) this.#following = log.scrollTop >= this.#place - NEAR_PX;
  }

  /**
   * Show what came last, from its beginning. What comes shortly after belongs to it: a long answer
   * is not pushed out of view by the next message. (The browser stops at the end: when all of it
   * fits, the question stays in view too.)
   */
  #follow(): void {
    const log = this.#find(".log");
    if (!log) return;
    const messages = log.querySelectorAll<HTMLElement>(".message");
    const before = this.#shown;
    this.#shown = messages.length;
    if (this.#height) log.scrollTop += this.#height - log.clientHeight;
    this.#height = log.clientHeight;
    if (this.#following && messages.length > before) {
      if (Date.now() - this.#anchoredAt > BATCH_MS || this.#anchor?.matches(".visitor")) {
        this.#anchor = messages[before || messages.length - 1];
        this.#anchoredAt = Date.now();
      }
      if (this.#anchor) log.scrollTop = this.#anchor.offsetTop - 8;
    } else if (this.#following && messages[before - 1]?.matches(".failed")) {
      log.scrollTop = log.scrollHeight;
    }
    this.#place = log.scrollTop;
  }

  #launcher(): TemplateResult {
    const count = unread(this.#chat.state, seen(this.#memory));
    const words = this.#words;
    return html`<button
      type="button"
      class="launcher"
      data-test="launcher"
      aria-expanded="false"
      aria-label=${count ? fill(words.launch_unread, { count }) : words.launch_label}
      @click=${() => this.#show(true)}
    >
      ${ICONS.chat}<span>${words.launch}</span>${count ? html`<span class="count">${count}</span>` : nothing}
    </button>`;
  }

  #counter(): TemplateResult {
    const words = this.#words;
    const left = MAX_CHARS - length(this.#chat.state.draft);
    const text =
      left < 0
        ? fill(words.counter_over, { count: -left })
        : left <= MAX_CHARS - COUNT_FROM
          ? fill(words.counter, { count: left })
          : "";
    return html`<p id="counter" class=${left < 0 ? "counter over" : "counter"} data-test="counter">
      ${left < 0 ? ICONS.warn : nothing}${text}
    </p>`;
  }

  #composer(): TemplateResult {
    const words = this.#words;
    const { draft } = this.#chat.state;
    const onInput = (event: InputEvent): void => this.#chat.draft((event.target as HTMLTextAreaElement).value);
    return html`<form
      @submit=${(event: Event) => {
        event.preventDefault();
        this.#send();
      }}
    >
      <label class="hear" for="input">${words.input}</label>
      <textarea
        id="input"
        data-test="input"
        rows="1"
        placeholder=${words.placeholder}
        aria-describedby="counter"
        aria-invalid=${length(draft) > MAX_CHARS}
        .value=${draft}
        @input=${onInput}
        @keydown=${(event: KeyboardEvent) => this.#onInputKey(event)}
      ></textarea>
      <button type="submit" class="send" data-test="send" aria-label=${words.send}>${ICONS.send}</button>
    </form>`;
  }

  #panel(context: Context, any: boolean): TemplateResult {
    const words = this.#words;
    const { state } = this.#chat;
    const { typing } = state;
    return html`<section class="panel" role="dialog" aria-labelledby="title" data-test="panel">
      <header>
        <div>
          <h2 id="title">${this.#tag.title || this.#settings.name || words.title}</h2>
          <p>${words.bot}</p>
        </div>
        ${this.#more?.menu()}
        <button
          type="button"
          class="close"
          data-test="close"
          aria-label=${words.close}
          @click=${() => this.#show(false)}
        >
          ${ICONS.close}
        </button>
      </header>
      ${crisisLine(context)} ${this.#more?.sheet()}
      <div
        class="log"
        role="log"
        aria-live="polite"
        aria-label=${words.log}
        tabindex="0"
        @scroll=${() => this.#onScroll()}
      >
        ${intro(context, !any)}
        <div class="rows"></div>
      </div>
      ${typing
        ? html`<p class="typing" data-test="typing">
            <i></i> ${typing === "staff" ? words.typing_staff : words.typing_bot}
          </p>`
        : nothing}
      <footer>
        ${notices(state, context)}
        <div class="above">
          <button type="button" class="person" data-test="person" @click=${() => this.#press(words.person)}>
            ${ICONS.person}${words.person}
          </button>
          ${this.#counter()}
        </div>
        ${this.#composer()}
      </footer>
    </section>`;
  }

  #update(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    queueMicrotask(() => this.#draw());
  }

  #draw(): void {
    this.#drawing = false;
    const context: Context = {
      words: this.#words,
      lang: this.#lang,
      now: new Date(),
      settings: this.#settings,
      more: this.#more,
      send: (text) => this.#press(text),
      retry: (key) => this.#chat.retry(key),
    };
    const { state } = this.#chat;
    if (this.#open) this.#memory.set("seen", Math.max(seen(this.#memory), state.cursor));
    const all = rows(state);
    render(
      html`<aside
        class=${this.#tag.left ? "root left" : "root"}
        lang=${this.#lang}
        aria-label=${this.#words.region}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
      >
        ${this.#open ? this.#panel(context, all.length > 0) : this.#launcher()}
      </aside>`,
      this.#root,
    );
    if (this.#open) {
      this.#transcript(all, context);
      this.#grow();
      this.#follow();
    }
  }

  /** Each row is drawn in an element of its own, so that none is made anew when others come. */
  #transcript(all: Row[], context: Context): void {
    const list = this.#find(".rows") as HTMLElement;
    const gone = new Set(this.#rows.keys());
    all.forEach((entry, index) => {
      gone.delete(entry.id);
      let place = this.#rows.get(entry.id);
      if (!place) this.#rows.set(entry.id, (place = document.createElement("div")));
      render(row(entry, context), place);
      const there = list.children[index];
      if (there !== place) list.insertBefore(place, there ?? null);
    });
    for (const id of gone) {
      this.#rows.get(id)?.remove();
      this.#rows.delete(id);
    }
  }

  /** The input is as high as its text, up to what the style sheet allows. */
  #grow(): void {
    const area = this.#find("textarea") as HTMLElement;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  }
}
