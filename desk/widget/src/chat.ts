/** The conversation's doings: sends, follows, remembers. Knows nothing of the page. */
import { alone } from "./alone.js";
import { ApiError, type Api, type ChatEvent, type Conversation } from "./api.js";
import { Live } from "./live.js";
import { conversation, undelivered, type Memory } from "./memory.js";
import { EMPTY, isAnswered, reduce, type Action, type Pending, type State } from "./store.js";

/** Waits before the second and third try to send a message. */
const AGAIN_MS = [1000, 3000];
/** How long to wait for an answer before looking whether the stream is held back. */
const STALL_MS = 4000;
/** So long after pressing send without an answer the phone and the crisis lines are to be seen. */
const SILENT_MS = 9000;
/** An event that the desk has stored reaches a healthy stream within this. */
const GRACE_MS = 700;
/** The desk's own deadline for a turn is 6 s; after this nobody is writing any more. */
const TYPING_MS = 20_000;
/** A tab that nobody looks at gives its connection back: browsers allow few for one address. */
const HIDDEN_MS = 60_000;
/** A message that was left behind longer ago is not sent without asking: it may be true no more. */
const LEFT_MS = 10 * 60_000;

/** What one tab stores, the others of the browser can read within this. */
const SETTLED_MS = 500;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** 128 random bits: what no other message or conversation has. (`randomUUID` is missing on pages without TLS.) */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

export class Chat {
  state: State = EMPTY;
  readonly #live: Live;
  #conversation: Conversation | null = null;
  /** The secret of the one that is being begun. */
  #begun: string | undefined;
  #made: Promise<void> | undefined;
  #sending: Promise<void> = Promise.resolve();
  #typed = new Set<string>();
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(
    private readonly api: Pick<Api, "create" | "send" | "events" | "stream" | "ask"> & Partial<Pick<Api, "lang">>,
    private readonly memory: Memory,
    private readonly changed: () => void,
  ) {
    this.#live = new Live(api, {
      cursor: () => this.state.cursor,
      events: (events, after) => this.take(events, after),
      typing: (typing) => this.#do({ type: "typing", typing }),
      reach: (reach) => this.#do({ type: "reach", reach }),
      lost: () => this.lose(),
    });
  }

  /** Take up what this browser and tab remember. */
  start(): void {
    this.#do({ type: "restore", pending: [], draft: String(this.memory.get("draft") ?? "") });
    this.adopt();
    this.#takeUp();
  }

  /**
   * Take up what has not been delivered from this page before it was left, or from another that is gone. It may
   * be another's that is still there: the message's key keeps it from doubling.
   */
  #takeUp(): void {
    const { pending, draft } = this.state;
    const found = undelivered(this.memory)
      .filter(({ key }) => !pending.some((one) => one.key === key))
      .map((one): Pending => (Date.now() - Date.parse(one.at) > LEFT_MS ? { ...one, status: "failed" } : one));
    if (!found.length) return;
    this.#do({ type: "restore", pending: [...pending, ...found], draft });
    for (const { key, status } of found) if (status === "sending") this.#enqueue(key, true);
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

  /** Do not send a message that could not be delivered. */
  drop(key: string): void {
    this.#do({ type: "dropped", key });
  }

  /** Ask the desk for what belongs to this conversation, which begins with it where there is none. */
  async ask(what: string, body?: object, method?: string): Promise<Response> {
    const to = await this.#open();
    if (!to) throw new ApiError(0);
    this.#live.start(to);
    return this.api.ask(to, what, body, method);
  }

  /** What the desk has stored: all of it `after` a number, or something from whatever answer. */
  take(events: ChatEvent[], after?: number): void {
    this.#do({ type: "events", events, after });
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
      this.#takeUp();
      this.#live.nudge();
    } else {
      // A phone may end a page that is out of sight and tell nobody.
      this.#hurry();
      this.#hiddenTimer = setTimeout(() => this.#live.stop(), HIDDEN_MS);
    }
  }

  /** The page is left or frozen; it may come back. Another tab is to follow the desk now. */
  rest(): void {
    this.#hurry();
    this.#live.stop();
  }

  /** Do and remember nothing any more: another takes up what is remembered, unless the visitor is `leaving`. */
  end(leaving = false): void {
    if (leaving) this.#hurry();
    this.#ended = true;
    this.#conversation = null;
    clearTimeout(this.#hiddenTimer);
    this.#live.stop();
  }

  /**
   * Nobody may be here soon: what is on its way, or waits for its turn, is sent once more, all in one request that a
   * browser ends also when the page is gone. Its keys keep it from doubling.
   */
  #hurry(): void {
    const going = this.#going();
    const to = this.#conversation ?? conversation(this.memory);
    if (going.length) this.api.create(to?.token ?? this.#token(), going, to?.id).catch(() => undefined);
  }

  /** What is to go with the beginning: not more than a browser takes along from a page that is gone. */
  #going(): Pending[] {
    return this.state.pending.filter(({ status }) => status === "sending").slice(0, 5);
  }

  /** Made here, and the same in all tabs, so that asking twice for a conversation gives one. */
  #token(): string {
    this.#begun ??= String(this.memory.get("begun") ?? newKey());
    this.memory.set("begun", this.#begun);
    return this.#begun;
  }

  /** Messages go one after the other, so that the desk gets them in the order they were written. */
  #enqueue(key: string, taken = false): void {
    void this.#hush(key);
    this.#sending = this.#sending
      .then(() =>
        alone(key, async () => {
          // The tab that it was taken from may have been there still, and done with it.
          if (taken && !undelivered(this.memory).some((one) => one.key === key)) this.drop(key);
          await this.#deliver(key);
        }),
      )
      // Whatever it was: the next one is to be tried, and this one is not to look as if it were on its way.
      .catch(() => this.#do({ type: "failed", key }));
  }

  async #deliver(key: string): Promise<void> {
    let renewed = false;
    for (let attempt = 0; ; attempt += 1) {
      const message = this.state.pending.find((one) => one.key === key);
      if (!message || this.#ended) return;
      try {
        const to = await this.#open();
        if (!to) continue;
        const seq = await this.api.send(to, key, message.text);
        if (this.#ended) return;
        // That chat may be gone meanwhile: what is still to be sent goes to the new one.
        if (this.#conversation !== to) continue;
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

  /** The conversation, which is begun where there is none; null when the visitor gave that up meanwhile. */
  async #open(): Promise<Conversation | null> {
    this.#conversation ??= conversation(this.memory);
    if (!this.#conversation) {
      // Who asks while one is being made gets the same, in other tabs, too.
      this.#made ??= this.#begin().finally(() => (this.#made = undefined));
      await this.#made;
      if (!this.#ended) this.#conversation ??= conversation(this.memory);
    }
    return this.#conversation;
  }

  /** Nothing is being begun any more. */
  #giveUp(): void {
    this.#begun = undefined;
    this.memory.set("begun", null);
  }

  #begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      alone("begin", async () => {
        const there = this.#ended || conversation(this.memory);
        if (!there) {
          const token = this.#token();
          const made = await this.api.create(token, this.#going());
          if (this.#begun === token && !this.#ended) {
            // In a browser without locks another tab may have been quicker.
            this.memory.set("conversation", conversation(this.memory) ?? made);
            this.#giveUp();
          }
        }
        resolve();
        if (!there) await sleep(SETTLED_MS);
      }).catch(reject);
    });
  }

  /**
   * No answer yet? Look whether the desk has one that the stream does not bring; if so, poll. Twice,
   * so that an answer at the desk's own deadline of 6 s is found too.
   */
  async #watch(conversation: Conversation, seq: number): Promise<void> {
    for (let look = 0; look < 2; look += 1) {
      await sleep(STALL_MS);
      if (isAnswered(this.state.events, seq) || this.#conversation !== conversation) return;
      const after = this.state.cursor;
      const held = await this.api.events(conversation, after, false).catch(() => []);
      if (!held.length) continue;
      // It may have come a moment ago and be on its way.
      await sleep(GRACE_MS);
      if (this.state.cursor > after || this.#conversation !== conversation) return;
      this.take(held, after);
      this.#live.distrustStream();
      return;
    }
  }

  /** Nothing has come of a message, wherever it is: somebody in need is not to wait before an empty page. */
  async #hush(key: string): Promise<void> {
    // Again, because an answer to another message says that all is well.
    for (;;) {
      await sleep(SILENT_MS);
      const { events, pending } = this.state;
      const own = events.find((event) => event.key === key);
      // Who had the chat may be reading or writing. Who came afterwards may not have seen it.
      const person = events.reduce((here, event) => (event.seq < (own?.seq as number) ? (event.person ?? here) : here), false);
      if (this.#ended || !(own ? !person && !isAnswered(events, own.seq) : pending.some((one) => one.key === key))) return;
      this.#do({ type: "silent" });
    }
  }

  /** The desk no longer knows this conversation; "fresh" when the visitor wanted that: then nothing of it stays. */
  lose(type: "lost" | "fresh" = "lost"): void {
    this.#live.stop();
    // Another tab may have begun a new conversation already: that one is not to be forgotten.
    const ours = conversation(this.memory)?.id === this.#conversation?.id;
    if (ours) this.memory.set("conversation", null);
    if (type === "fresh") this.#giveUp();
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
    if (pending !== before.pending) this.#remember(before.pending, pending);
    if (draft !== before.draft) this.memory.set("draft", draft || null);
    if (this.state.typing && (action.type === "typing" || !before.typing)) {
      clearTimeout(this.#typingTimer);
      this.#typingTimer = setTimeout(() => this.#do({ type: "typing", typing: null }), TYPING_MS);
    }
    this.changed();
  }

  /** Other tabs have theirs in the same list. */
  #remember(before: Pending[], now: Pending[]): void {
    const ours = [...before, ...now];
    const others = undelivered(this.memory).filter(({ key }) => !ours.some((one) => one.key === key));
    const all = [...others, ...now];
    // Not as a list (see api.ts).
    this.memory.set("pending", all.length ? { ...all } : null);
  }
}
