/** The conversation's doings: sends, follows, remembers. Knows nothing of the page. */
import { ApiError, type Api, type ChatEvent, type Conversation } from "./api.js";
import { Live } from "./live.js";
import { conversation, undelivered, type Memory } from "./memory.js";
import { EMPTY, reduce, type Action, type State } from "./store.js";

/** Waits before the second and third try to send a message. */
const AGAIN_MS = [1000, 3000];
/** How long to wait for an answer before looking whether the stream is held back. */
const STALL_MS = 4000;
/** An event that the desk has stored reaches a healthy stream within this. */
const GRACE_MS = 700;
/** The desk's own deadline for a turn is 6 s; after this nobody is writing any more. */
const TYPING_MS = 20_000;
/** A tab that nobody looks at gives its connection back: browsers allow few for one address. */
const HIDDEN_MS = 60_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A key that no other message has. (`randomUUID` is missing on pages without TLS.) */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

export class Chat {
  state: State = EMPTY;
  readonly #live: Live;
  #conversation: Conversation | null = null;
  #made: Promise<Conversation> | undefined;
  #sending: Promise<void> = Promise.resolve();
  #typed = new Set<string>();
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(
    private readonly api: Pick<Api, "create" | "send" | "events" | "stream" | "ask">,
    private readonly memory: Memory,
    private readonly changed: () => void,
  ) {
    this.#live = new Live(api, {
      cursor: () => this.state.cursor,
      events: (events) => this.take(events),
      typing: (typing) => this.#do({ type: "typing", typing }),
      reach: (reach) => this.#do({ type: "reach", reach }),
      lost: () => this.lose(),
    });
  }

  /** Take up what this browser and tab remember. */
  start(): void {
    const pending = undelivered(this.memory);
    this.#do({ type: "restore", pending, draft: String(this.memory.get("draft") ?? "") });
    this.adopt();
    // What was under way when the page was left still has to arrive; its key keeps it from doubling.
    for (const message of pending) if (message.status === "sending") this.#enqueue(message.key);
  }

  /** Follow the remembered conversation, if there is one that we do not follow yet. */
  adopt(): void {
    this.#conversation ??= conversation(this.memory);
    if (this.#conversation) this.#live.start(this.#conversation);
  }

  draft(text: string): void {
    this.#do({ type: "draft", text });
  }

  /** Send a message; `typed` when the visitor wrote it (and would want to change it if refused). */
  send(text: string, typed: boolean): void {
    const key = newKey();
    if (typed) this.#typed.add(key);
    this.#do({ type: "send", key, text: text.trim(), at: new Date().toISOString(), typed });
    this.#enqueue(key);
  }

  retry(key: string): void {
    this.#do({ type: "retry", key });
    this.#enqueue(key);
  }

  /** Ask the desk for what belongs to this conversation, which begins with it where there is none. */
  async ask(what: string, body?: object, method?: string): Promise<Response> {
    const to = await this.#open();
    this.#live.start(to);
    return this.api.ask(to, what, body, method);
  }

  /** What the desk has stored, from whatever answer. */
  take(events: ChatEvent[]): void {
    this.#do({ type: "events", events });
  }

  /** The network came back, or the visitor did. */
  nudge(): void {
    this.#live.nudge();
  }

  /** What another call found out about the desk. */
  reach(reach: "ok" | "down"): void {
    this.#do({ type: "reach", reach });
  }

  visible(visible: boolean): void {
    clearTimeout(this.#hiddenTimer);
    if (visible) {
      this.adopt();
      this.#live.nudge();
    } else {
      this.#hiddenTimer = setTimeout(() => this.#live.stop(), HIDDEN_MS);
    }
  }

  /** Do and remember nothing any more: another takes up what is remembered. */
  end(): void {
    this.#ended = true;
    this.#conversation = null;
    clearTimeout(this.#hiddenTimer);
    this.#live.stop();
  }

  /** Messages go one after the other, so that the desk gets them in the order they were written. */
  #enqueue(key: string): void {
    this.#sending = this.#sending.then(() => this.#deliver(key));
  }

  async #deliver(key: string): Promise<void> {
    let renewed = false;
    for (let attempt = 0; ; attempt += 1) {
      const message = this.state.pending.find((one) => one.key === key);
      if (!message || this.#ended) return;
      try {
        const to = await this.#open();
        const seq = await this.api.send(to, key, message.text);
        if (this.#ended) return;
        this.#do({ type: "delivered", key, seq });
        this.#live.start(to);
        this.#live.nudge();
        void this.#watch(to, seq);
        return;
      } catch (error) {
        const failure = error instanceof ApiError ? error : new ApiError(0);
        if (failure.lost && !renewed) {
          renewed = true;
          this.lose();
          continue;
        }
        if (!failure.passing && !failure.lost) {
          const typed = this.#typed.has(key);
          this.#do({ type: "refused", key, words: failure.message, typed });
          return;
        }
        this.#do({ type: "reach", reach: "down" });
        const wait = AGAIN_MS[attempt];
        if (wait === undefined) {
          this.#do({ type: "failed", key });
          return;
        }
        await sleep(wait);
      }
    }
  }

  async #open(): Promise<Conversation> {
    this.#conversation ??= conversation(this.memory);
    if (!this.#conversation) {
      // Who asks while one is being made gets the same.
      this.#made ??= this.api.create().finally(() => (this.#made = undefined));
      this.#conversation = await this.#made;
      this.memory.set("conversation", this.#conversation);
    }
    return this.#conversation;
  }

  /**
   * No answer yet? Look whether the desk has one that the stream does not bring; if so, poll. Twice,
   * so that an answer at the desk's own deadline of 6 s is found too.
   */
  async #watch(conversation: Conversation, seq: number): Promise<void> {
    for (let look = 0; look < 2; look += 1) {
      await sleep(STALL_MS);
      if (this.#answered(seq) || this.#conversation !== conversation) return;
      const after = this.state.cursor;
      const held = await this.api.events(conversation, after, false).catch(() => []);
      if (!held.length) continue;
      // It may have come a moment ago and be on its way.
      await sleep(GRACE_MS);
      if (this.state.cursor > after || this.#conversation !== conversation) return;
      this.take(held);
      this.#live.distrustStream(conversation);
      return;
    }
  }

  #answered(seq: number): boolean {
    return this.state.events.some((event) => event.seq > seq && event.from !== "visitor");
  }

  /** The desk no longer knows this conversation; "fresh" when the visitor wanted that: then nothing of it stays. */
  lose(type: "lost" | "fresh" = "lost"): void {
    this.#live.stop();
    // Another tab may have begun a new conversation already: that one is not to be forgotten.
    const ours = conversation(this.memory)?.id === this.#conversation?.id;
    if (ours) this.memory.set("conversation", null);
    this.#conversation = null;
    this.memory.set("seen", null);
    this.#do({ type, ours });
    this.adopt();
  }

  #do(action: Action): void {
    if (this.#ended) return;
    const before = this.state;
    this.state = reduce(before, action);
    if (this.state === before) return;
    const { pending, draft } = this.state;
    if (pending !== before.pending) this.memory.set("pending", pending.length ? pending : null);
    if (draft !== before.draft) this.memory.set("draft", draft || null);
    if (this.state.typing && (action.type === "typing" || !before.typing)) {
      clearTimeout(this.#typingTimer);
      this.#typingTimer = setTimeout(() => this.#do({ type: "typing", typing: null }), TYPING_MS);
    }
    this.changed();
  }
}
