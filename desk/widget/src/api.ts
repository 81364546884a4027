/** The desk's visitor API, as the widget uses it. */
import { inLanguage } from "./in_language.js";
import { words } from "./settings.js";
import { readStream } from "./stream.js";

export interface Conversation {
  id: string;
  token: string;
}

export interface Passage {
  id?: string;
  title?: string;
  text?: string;
}

export interface Review {
  /** Days: "2026-11-03". */
  on?: string;
  next_review?: string;
  reviewer?: string;
  role?: string;
}

export interface Caution {
  text?: string;
  sources?: { name?: string; url?: string }[];
}

/** What an answer rests on. A desk of another age may send less or other: read it with source.ts. */
export interface Source {
  kind?: string;
  passages?: Passage[];
  document?: string;
  document_date?: string | null;
  review?: Review | null;
  cautions?: Caution[];
}

export type Sender = "visitor" | "bot" | "staff" | "system";

export interface ChatEvent {
  seq: number;
  at: string;
  from: Sender;
  text: string;
  source?: Source | null;
  /** null where nobody is asked whether this helped. */
  feedback?: { helpful?: boolean | null } | null;
  quick_replies?: string[] | null;
  name?: string | null;
  /** How urgently staff were called, where they were: "P0". */
  level?: string | null;
  /** What a member of staff is: "nurse". */
  title?: string | null;
  /** Of a visitor's message: the key that it was sent with. */
  key?: string | null;
  /** The numbers of the visitor's messages that this answers; none: those before it, as far as anybody knows. */
  answers?: number[] | null;
  /** Forms to offer beside a text of the desk: "contact". */
  offers?: string[] | null;
  /** Whether the desk says that a person came or went. */
  person?: boolean | null;
}

export interface Typing {
  from: "bot" | "staff";
  typing: boolean;
}

/** What a call that failed says: `status` 0 means that no answer came; the message is for visitors, `code` for us. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message = "",
    readonly code = "",
  ) {
    super(message);
  }

  /** The desk does not know this conversation, or not with this token. Only its own word counts. */
  get lost(): boolean {
    return this.code === "unauthorized" || this.code === "not_found";
  }

  /** Trying the same again may help. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status >= 500;
  }
}

const ANSWER_MS = 10_000;
const POLL_SECONDS = 25;
/** The desk sends a comment at least every 15 s (sse-starlette's default). */
const SILENT_MS = 40_000;

interface Call {
  token?: string;
  headers?: Record<string, string>;
  /** Sent as JSON, with POST. */
  body?: object | undefined;
  /** Another method than the body tells. */
  method?: string | undefined;
  signal?: AbortSignal;
  /** How long to wait for the answer, in milliseconds: for all of it, but of a stream for its start. */
  within?: number;
  stream?: boolean;
}

function isEvent(value: unknown): value is ChatEvent {
  const event = value as Partial<ChatEvent> | null;
  return typeof event?.seq === "number" && typeof event.text === "string" && !!event.from;
}

export class Api {
  /** `lang`: what the desk has to say to the visitor is to be in this language. */
  constructor(
    private readonly origin: string,
    readonly lang = "en",
  ) {}

  /**
   * Begin the conversation of this token, or find it: sent twice, it is one. The messages are stored with it, in
   * their order; the same key never stores one twice. With an `id`, that conversation or none.
   */
  async create(token: string, messages: readonly { key: string; text: string }[], id?: string): Promise<Conversation> {
    // Not as a list: old libraries of a page teach lists to turn into something else than JSON.
    const sent: Record<string, string> = {};
    for (const { key, text } of messages) sent[key] = text;
    const answer = await this.#call("/api/conversations", { body: { token, messages: sent, conversation_id: id } });
    const { conversation_id: made } = (await answer.json()) as { conversation_id: string };
    if (!made) throw new ApiError(0);
    return { id: made, token };
  }

  /** Send a message; the same key never stores it twice. Gives its sequence number. */
  async send(to: Conversation, key: string, text: string): Promise<number> {
    const answer = await this.#call(this.#path(to, "messages"), {
      token: to.token,
      headers: { "Idempotency-Key": key },
      body: { text },
    });
    const { seq } = (await answer.json()) as { seq: unknown };
    // Something in between may say yes to everything: only the desk's own word counts.
    if (typeof seq !== "number") throw new ApiError(0);
    return seq;
  }

  /** Ask for anything else that belongs to a conversation, or for the whole of it (""). */
  ask(of: Conversation, what: string, body?: object, method?: string): Promise<Response> {
    return this.#call(this.#path(of, what), { token: of.token, body, method });
  }

  /** The events after a sequence number; with `wait` the desk answers when there is one. */
  async events(of: Conversation, after: number, wait: boolean, signal?: AbortSignal): Promise<ChatEvent[]> {
    const seconds = wait ? POLL_SECONDS : 0;
    const answer = await this.#call(`${this.#path(of, "events")}?after=${after}&wait=${seconds}`, {
      token: of.token,
      within: ANSWER_MS + seconds * 1000,
      ...(signal && { signal }),
    });
    const list: unknown = await answer.json();
    return Array.isArray(list) ? list.filter(isEvent) : [];
  }

  /** Follow a conversation until the connection ends; rejects when it breaks or is no stream. */
  async stream(
    of: Conversation,
    after: number,
    signal: AbortSignal,
    on: { event: (event: ChatEvent) => void; typing: (typing: Typing) => void; alive: () => void },
  ): Promise<void> {
    const answer = await this.#call(`${this.#path(of, "stream")}?after=${after}`, {
      token: of.token,
      headers: { Accept: "text/event-stream", ...(after > 0 && { "Last-Event-ID": String(after) }) },
      signal,
      stream: true,
    });
    const type = answer.headers.get("content-type") ?? "";
    if (!type.startsWith("text/event-stream") || !answer.body) throw new ApiError(0);
    await readStream(
      answer.body,
      SILENT_MS,
      ({ type: kind, data }) => {
        let value: unknown;
        try {
          value = JSON.parse(data);
        } catch {
          return;
        }
        if (kind === "typing") on.typing(value as Typing);
        else if (isEvent(value)) on.event(value);
      },
      on.alive,
    );
  }

  #path(of: Conversation, what: string): string {
    return `/api/conversations/${encodeURIComponent(of.id)}${what && `/${what}`}`;
  }

  async #call(path: string, call: Call): Promise<Response> {
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    call.signal?.addEventListener("abort", abort);
    const timer = setTimeout(abort, call.within ?? ANSWER_MS);
    let answer: Response;
    try {
      answer = await fetch(this.origin + path + inLanguage(this.lang, path.includes("?") ? "&" : "?"), {
        method: call.method ?? (call.body ? "POST" : "GET"),
        headers: {
          ...(call.token && { Authorization: `Bearer ${call.token}` }),
          ...(call.body && { "Content-Type": "application/json" }),
          ...call.headers,
        },
        // What the visitor sent arrives, also when they leave the page.
        ...(call.body && { body: JSON.stringify(call.body), keepalive: true }),
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
      });
      // What stalls halfway is no answer.
      if (!call.stream) await answer.clone().arrayBuffer();
    } catch {
      throw new ApiError(0);
    } finally {
      clearTimeout(timer);
    }
    if (answer.ok) return answer;
    // Something in between, which may answer while the desk starts, has no words for the visitor, or no code of the
    // desk's form ("not_found"). What it says is no answer of the desk: no conversation is lost by it.
    const body: unknown = await answer.json().catch(() => null);
    const code = words(body, "error");
    const message = words(body, "message");
    const ours = message && /^[a-z_]+$/.test(code);
    throw new ApiError(ours ? answer.status : 0, message, ours ? code : "");
  }
}
