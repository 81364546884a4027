import { ApiError, type Api, type ChatEvent, type Conversation, type Typing } from "../src/api.js";

/** What the desk says of a conversation that it does not know. */
export const GONE = (): ApiError => new ApiError(404, "It is gone.", "not_found");

/** A desk in memory: what it stores, it stores once a key; `say` decides how it behaves. */
export class Desk {
  /** By which its conversations are known. */
  tokens: string[] = [];
  stored: { key: string; text: string }[] = [];
  asked: string[][] = [];
  events_: ChatEvent[] = [];
  streamWorks = true;
  /** How many streams are open. */
  streams = 0;
  fail: () => ApiError | null = () => null;
  /** How long an answer is on its way, in milliseconds. */
  lag: () => number = () => 0;
  get made(): number {
    return this.tokens.length;
  }

  readonly #keys = new Map<string, number>();
  #waiting: (() => void)[] = [];
  readonly #following = new Set<(typing: Typing) => void>();

  add(from: ChatEvent["from"], text: string, key: string | null = null): number {
    const seq = this.events_.length + 1;
    this.events_.push({ seq, at: "2026-11-22T10:00:00Z", from, text, key });
    this.#waiting.splice(0).forEach((wake) => wake());
    return seq;
  }

  type(typing: Typing): void {
    this.#following.forEach((tell) => tell(typing));
  }

  async create(token: string, messages: readonly { key: string; text: string }[], id?: string): Promise<Conversation> {
    this.#check();
    if (id && id !== this.#id(token)) throw GONE();
    if (!this.tokens.includes(token)) this.tokens.push(token);
    const to = { id: this.#id(token), token };
    messages.forEach(({ key, text }) => this.#store(to, key, text));
    await this.#way();
    return to;
  }

  async send(to: Conversation, key: string, text: string): Promise<number> {
    this.#check();
    const seq = this.#store(to, key, text);
    await this.#way();
    return seq;
  }

  #id(token: string): string {
    return `c${this.tokens.indexOf(token) + 1}`;
  }

  /** A key is a conversation's own. */
  #store({ id }: Conversation, key: string, text: string): number {
    const known = this.#keys.get(`${id} ${key}`);
    if (known) return known;
    this.stored.push({ key, text });
    const seq = this.add("visitor", text, key);
    this.#keys.set(`${id} ${key}`, seq);
    return seq;
  }

  /** Knows feedback; of whatever else it keeps that it was asked, and by which conversation. */
  async ask(of: Conversation, what: string, body?: object, method?: string): Promise<Response> {
    this.#check();
    this.asked.push([of.id, method ?? (body ? "POST" : "GET"), what]);
    const seq = /^events\/(\d+)\/feedback$/.exec(what)?.[1];
    const at = this.events_.findIndex((event) => event.seq === Number(seq));
    if (seq && !this.events_[at]?.feedback) throw new ApiError(404);
    if (seq) this.events_[at] = { ...(this.events_[at] as ChatEvent), feedback: body as { helpful: boolean } };
    return new Response("{}");
  }

  async events(_: Conversation, after: number, wait: boolean, signal?: AbortSignal): Promise<ChatEvent[]> {
    this.#check();
    if (wait && this.events_.length <= after) await this.#next(signal, 25_000);
    const found = this.events_.filter((event) => event.seq > after);
    await this.#way();
    return found;
  }

  async stream(_: Conversation, after: number, signal: AbortSignal, on: Parameters<Api["stream"]>[3]): Promise<void> {
    this.#check();
    on.alive();
    this.streams += 1;
    this.#following.add(on.typing);
    try {
      for (let last = after; !signal.aborted; await this.#next(signal)) {
        this.#check();
        const fresh = this.events_.slice(last);
        last = this.events_.length;
        if (this.streamWorks) fresh.forEach(on.event);
      }
    } finally {
      this.streams -= 1;
      this.#following.delete(on.typing);
    }
    throw new ApiError(0);
  }

  #next(signal?: AbortSignal, ms?: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (ms !== undefined) setTimeout(resolve, ms);
      signal?.addEventListener("abort", () => resolve());
    });
  }

  /** The answer's way back, on which it can be lost. */
  async #way(): Promise<void> {
    const lag = this.lag();
    if (!lag) return;
    await new Promise((resolve) => setTimeout(resolve, lag));
    this.#check();
  }

  #check(): void {
    const failure = this.fail();
    if (failure) throw failure;
  }
}
