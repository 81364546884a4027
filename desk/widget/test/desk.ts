import { ApiError, type Api, type ChatEvent, type Conversation, type Typing } from "../src/api.js";

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

  async create(token: string, messages: readonly { key: string; text: string }[]): Promise<Conversation> {
    this.#check();
    if (!this.tokens.includes(token)) this.tokens.push(token);
    messages.forEach(({ key, text }) => this.#store(key, text));
    await this.#way();
    return { id: `c${this.tokens.indexOf(token) + 1}`, token };
  }

  async send(_: Conversation, key: string, text: string): Promise<number> {
    this.#check();
    const seq = this.#store(key, text);
    await this.#way();
    return seq;
  }

  #store(key: string, text: string): number {
    const known = this.events_.find((event) => event.key === key);
    if (!known) this.stored.push({ key, text });
    return known?.seq ?? this.add("visitor", text, key);
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
