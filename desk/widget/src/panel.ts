/** The chat in the panel: transcript, notices and composer, drawn with lit-html into the launcher's shell. */
import { html, nothing, render, type TemplateResult } from "lit-html";
import { Api } from "./api.js";
import { Chat } from "./chat.js";
import type { Face, Shell } from "./handover.js";
import { seen } from "./memory.js";
import { moreLoader, type More } from "./more.js";
import { length, rows, unread, type Row } from "./store.js";
import { fill } from "./fill.js";
import { sourceLine } from "./source_line.js";
import { speech, type Speech, type Strings } from "./strings.js";
import { ICONS, intro, notices, row, type Context } from "./views.js";

/** The desk's limit for one message, in characters (see the door in the contract package). */
const MAX_CHARS = 2000;
const COUNT_FROM = 1800;
/** Not further up than this from where we scrolled to, the visitor is taken to be reading along. */
const NEAR_PX = 80;
const BATCH_MS = 3000;

export class Panel implements Face {
  /** One element for each row of the transcript, by the row's id: rows keep theirs. */
  readonly #rows = new Map<string, HTMLElement>();
  readonly #speech: Speech;
  readonly #words: Strings;
  readonly #chat: Chat;
  /** Ends what listens to the page. */
  readonly #end = new AbortController();
  readonly #loadMore = moreLoader();
  #more: More | undefined;
  #drawing = false;
  #shown = 0;
  #following = true;
  #height = 0;
  #place = 0;
  #anchor: HTMLElement | undefined;
  #anchoredAt = 0;
  /** Up to this sequence number everything has been read out: before the page was loaded. */
  #heard: number;
  /** Somebody wanted to send what is too long. */
  #refused = false;

  constructor(private readonly shell: Shell) {
    const { lang, words } = (this.#speech = speech(shell));
    this.#words = words;
    // The panel's head may speak another language than what is in it.
    shell.place.lang = shell.menu.lang = lang;
    this.#chat = new Chat(new Api(shell.tag.origin, lang), shell.memory, () => this.#update());
    this.#heard = seen(shell.memory);
  }

  /** To be called once. */
  start(): void {
    const look = (): void => this.#chat.visible(!document.hidden);
    this.#chat.start();
    look();
    for (const what of ["visibilitychange", "resume", "pageshow"]) this.#listen(window, what, look);
    for (const what of ["freeze", "pagehide"]) this.#listen(window, what, () => this.#chat.rest());
    this.#listen(window, "online", () => this.#chat.nudge());
    // Another tab of this site may begin the conversation.
    this.#listen(window, "storage", () => this.#chat.adopt());
    // A phone's keyboard covers the page without making it smaller: only the visual viewport tells.
    const view = window.visualViewport;
    const fit = (): void => {
      // Zooming in with two fingers is no reason to make the panel smaller.
      if (!view || view.scale > 1.01) return;
      const { style } = this.shell.host;
      style.setProperty("--view-height", `${view.height}px`);
      style.setProperty("--view-top", `${view.offsetTop}px`);
    };
    this.#listen(view, "resize", fit);
    this.#listen(view, "scroll", fit);
    fit();
  }

  shown(): void {
    this.#said();
    this.#shown = this.#height = 0;
    if (this.shell.isOpen()) {
      void this.#load();
      this.#chat.nudge();
    }
    this.#draw();
  }

  settled(reach: "ok" | "down"): void {
    this.#chat.reach(reach);
    this.#update();
  }

  focus(): void {
    this.#find("textarea")?.focus();
  }

  end(leaving = false): void {
    this.#end.abort();
    this.#chat.end(leaving);
  }

  /** What comes of anything that happens here: a fault ends in the shell's plain words, not on the page's console. */
  #safely<Given extends unknown[]>(act: (...given: Given) => unknown): (...given: Given) => void {
    return (...given) => {
      if (!this.#end.signal.aborted) (async () => act(...given))().catch(() => this.shell.fail());
    };
  }

  #listen(to: EventTarget | null, what: string, act: () => void): void {
    // Some of it happens to the document.
    to?.addEventListener(what, this.#safely(act), { signal: this.#end.signal, capture: true });
  }

  /** Get what is read only on a press, now that the panel is open; at the next opening when that fails. */
  async #load(): Promise<void> {
    if (this.#more) return;
    const { root, place, menu, tag } = this.shell;
    const { lang, list } = this.#speech;
    this.#more = await this.#loadMore(tag.origin, {
      html,
      nothing,
      root,
      place,
      menu,
      lang,
      list,
      sourceLine: (source) => sourceLine(source, this.#words, lang),
      safely: (act) => this.#safely(act),
      // A launcher from a browser's cache may not know how.
      forget: () => this.shell.memory.forget?.(true),
      person: this.#words.person,
      send: (text) => this.#press(text),
      chat: this.#chat,
      draw: this.#safely(() => this.#draw()),
    });
    if (!this.#more) return;
    // What is there already is not to be read out once more for its new buttons.
    for (const place of this.#rows.values()) place.setAttribute("aria-live", "off");
    // It grows with them: what came last is to stay in view.
    this.#shown = 0;
    this.#update();
  }

  #find(selector: string): HTMLElement | null {
    return this.shell.place.querySelector<HTMLElement>(selector);
  }

  #send(): void {
    const { draft } = this.#chat.state;
    const count = length(draft);
    if (count > 0 && count <= MAX_CHARS) {
      this.#said();
      this.#chat.send(draft, true);
    }
    this.#refused = count > MAX_CHARS;
    this.#update();
    this.focus();
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
    // The answer comes in the transcript.
    this.#find(".log")?.focus({ preventScroll: true });
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
    if (this.#height && before) log.scrollTop += this.#height - log.clientHeight;
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

  /** How many characters are left, where that is worth a word. */
  #left(): string {
    const words = this.#words;
    const left = MAX_CHARS - length(this.#chat.state.draft);
    if (left < 0) return fill(words.counter_over, { count: -left });
    return left <= MAX_CHARS - COUNT_FROM ? fill(words.counter, { count: left }) : "";
  }

  #composer(any: boolean): TemplateResult {
    const words = this.#words;
    const { draft } = this.#chat.state;
    return html`<form
      @submit=${this.#safely((event: Event) => {
        event.preventDefault();
        this.#send();
      })}
    >
      <label class="hear" for="input">${words.input}</label>
      <textarea
        id="input"
        data-test="input"
        rows="1"
        dir="auto"
        placeholder=${words.placeholder}
        aria-describedby=${any ? "counter" : "intro counter"}
        aria-invalid=${length(draft) > MAX_CHARS}
        .value=${draft}
        @input=${this.#safely((event: InputEvent) => {
          this.#refused = false;
          this.#chat.draft((event.target as HTMLTextAreaElement).value);
        })}
        @keydown=${this.#safely((event: KeyboardEvent) => this.#onInputKey(event))}
      ></textarea>
      <button type="submit" class="send" data-test="send" aria-label=${words.send}>${ICONS.send}</button>
    </form>`;
  }

  #inside(context: Context, any: boolean): TemplateResult {
    const words = this.#words;
    const { state } = this.#chat;
    const { typing } = state;
    const over = length(state.draft) > MAX_CHARS;
    const left = this.#left();
    return html`${this.#more?.sheet()}
      <div
        class="log"
        role="log"
        aria-live="polite"
        aria-label=${words.log}
        tabindex="0"
        @scroll=${this.#safely(() => this.#onScroll())}
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
        ${notices(state, context, over && this.#refused ? left : nothing)}
        <div class="above">
          <button type="button" class="person" data-test="person" @click=${() => context.send(words.person)}>
            ${ICONS.person}${words.person}
          </button>
          <p id="counter" class=${over ? "counter over" : "counter"} data-test="counter">${over ? ICONS.warn : nothing}${left}</p>
        </div>
        ${this.#composer(any)}
      </footer>`;
  }

  #update(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    queueMicrotask(this.#safely(() => this.#draw()));
  }

  #draw(): void {
    this.#drawing = false;
    const { memory, place, menu } = this.shell;
    const { lang } = this.#speech;
    const settings = this.shell.settings();
    const open = this.shell.isOpen();
    const { state } = this.#chat;
    if (open) memory.set("seen", Math.max(seen(memory), state.cursor));
    // A conversation that begins anew counts from 1.
    this.#heard = Math.min(this.#heard, seen(memory));
    this.shell.unread(unread(state, seen(memory)));
    if (!open) return;
    const context: Context = {
      words: this.#words,
      lang,
      now: new Date(),
      // When the clinic opens is said in the launcher's language.
      greeting: this.shell.tag.greeting,
      settings: lang === this.shell.lang ? settings : { ...settings, opens: "" },
      more: this.#more,
      send: this.#safely((text) => this.#press(text)),
      retry: this.#safely((key) => this.#chat.retry(key)),
      drop: this.#safely((key) => this.#chat.drop(key)),
    };
    const all = rows(state);
    const focused = this.#focused();
    render(this.#more?.menu() ?? nothing, menu);
    render(this.#inside(context, all.length > 0), place);
    this.#transcript(all, context);
    this.#grow();
    this.#follow();
    // Who was on a button that is gone, or has moved, is not left nowhere.
    if (focused && focused !== this.#focused()) (focused.isConnected ? (focused as HTMLElement) : this.#find(".log"))?.focus({ preventScroll: true });
  }

  #focused(): Element | null | undefined {
    return this.shell.host.shadowRoot?.activeElement;
  }

  /** Each row is drawn in an element of its own, so that none is made anew when others come. */
  #transcript(all: Row[], context: Context): void {
    const list = this.#find(".rows") as HTMLElement;
    const gone = new Set(this.#rows.keys());
    const { events } = this.#chat.state;
    all.forEach((entry, index) => {
      gone.delete(entry.id);
      let place = this.#rows.get(entry.id);
      if (!place) {
        this.#rows.set(entry.id, (place = document.createElement("div")));
        // Only what is new is read out: not what was here before the page was loaded, nor all of it when a chat is lost.
        const old = entry.kind === "event" && (entry.event.seq <= this.#heard || !events.includes(entry.event));
        if (old || entry.kind === "day") place.setAttribute("aria-live", "off");
      }
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
