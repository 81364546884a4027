/**
 * Keeps reading a conversation: by stream where that works, by long-poll where it does not, and from another tab
 * of the site where one does this already.
 */
import { ApiError, type Api, type ChatEvent, type Conversation, type Typing } from "./api.js";
import { Tabs } from "./tabs.js";

export interface Listener {
  /** The last sequence number up to which everything has been read. */
  cursor(): number;
  /** All events after a number, in order, up to the last of these. */
  events(events: ChatEvent[], after: number): void;
  typing(typing: Typing): void;
  reach(reach: "ok" | "down"): void;
  /** The desk does not know the conversation (any more). */
  lost(): void;
}

/** What tabs tell each other. */
interface Told {
  /** What the tab that follows the desk has read. */
  cursor: number;
  /** Until when streams are not to be tried. */
  poll: number;
  events?: ChatEvent[];
  after?: number;
  typing?: Typing;
  reach?: "ok" | "down";
  /** From one that only listens: it knows of an event that the stream did not bring. */
  heldBack?: boolean;
}

/** How long to stay with long-polling before a stream is tried again. */
const POLLING_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 30_000;
/** Something comes more often than this on every line, unless the machine has slept. */
const STALE_MS = 30_000;
/** What another tab told of may be on its way: then there is nothing to ask for. */
const BEHIND_MS = 500;

/** The wait before try number `failures`: 1, 2, 4 … 30 s, less up to a third so that clients spread. */
export function backOff(failures: number, random: number): number {
  return Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.max(0, failures - 1)) * (1 - random / 3);
}

export class Live {
  #stop: AbortController | null = null;
  #tabs!: Tabs;
  /** Ends the request that is under way, not the reading. */
  #cut: () => void = () => undefined;
  #wake: () => void = () => undefined;
  #pollUntil = 0;
  #heardAt = 0;
  /** How far another tab has come, as it told us last. */
  #ahead = 0;

  constructor(
    private readonly api: Pick<Api, "events" | "stream"> & Partial<Pick<Api, "lang">>,
    private readonly on: Listener,
  ) {}

  start(conversation: Conversation): void {
    if (this.#stop) return;
    const { signal } = (this.#stop = new AbortController());
    this.#ahead = 0;
    const tabs = (this.#tabs = new Tabs(
      // What the desk says of an event can be in the page's language.
      `${this.api.lang} ${conversation.id}`,
      signal,
      (told) => this.#heard(told as Told),
      () => this.#turned(),
      () => this.#tell({}),
    ));
    void this.#run(conversation, signal, tabs);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#cut();
    this.#wake();
  }

  /** Try again now: the network is back, or the visitor is. */
  nudge(): void {
    // After a sleep a line may be dead without anybody's having said so.
    if (Date.now() - this.#heardAt > STALE_MS) this.#cut();
    this.#wake();
  }

  /** The stream lets nothing through: from now on, poll. */
  distrustStream(): void {
    if (!this.#tabs.leads) return this.#tell({ heldBack: true });
    this.#pollUntil = Date.now() + POLLING_MS;
    this.#cut();
  }

  async #run(conversation: Conversation, signal: AbortSignal, tabs: Tabs): Promise<void> {
    let failures = 0;
    let streamFailures = 0;
    let read = false;
    while (!signal.aborted) {
      if (read && !tabs.leads) {
        const behind = this.on.cursor() < this.#ahead;
        this.#ahead = 0;
        await this.#pause(behind ? BEHIND_MS : undefined);
        // Whoever leads now goes on from where they are; else something is missing here.
        read = tabs.leads;
        continue;
      }
      const polling = !read || Date.now() < this.#pollUntil;
      let after = this.on.cursor();
      const before = read ? after : -1;
      const connection = new AbortController();
      this.#cut = () => connection.abort();
      let alive = false;
      this.#heardAt = Date.now();
      try {
        if (polling) {
          this.#take(await this.api.events(conversation, after, read, connection.signal), after, signal);
          read = alive = true;
        } else {
          await this.api.stream(conversation, after, connection.signal, {
            event: (event) => {
              // Something is missing: it is to be there before what comes after it.
              if (event.seq > after + 1) {
                read = false;
                throw new ApiError(0);
              }
              this.#take([event], after, signal);
              after = Math.max(after, event.seq);
            },
            typing: (typing) => {
              if (signal.aborted) return;
              this.on.typing(typing);
              this.#tell({ typing });
            },
            alive: () => {
              this.#heardAt = Date.now();
              if (!alive && !signal.aborted) this.#reach("ok");
              alive = true;
            },
          });
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && error.lost) {
          this.stop();
          this.on.lost();
          return;
        }
      }
      if (signal.aborted) return;
      if (polling) {
        failures = alive ? 0 : failures + 1;
        if (failures >= 2) this.#reach("down");
      } else {
        // A stream that brought nothing may be held back, or the desk may be away: a plain read
        // tells which.
        streamFailures = alive ? 0 : streamFailures + 1;
        if (!alive) read = false;
        if (streamFailures >= 2) {
          streamFailures = 0;
          this.#pollUntil = Date.now() + POLLING_MS;
        }
      }
      // Straight on only when something came: a desk that does not make us wait is not to be flooded.
      if (!polling || !alive || this.on.cursor() === before) await this.#pause(backOff(Math.max(1, failures), Math.random()));
    }
  }

  #take(events: ChatEvent[], after: number, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.on.events(events, after);
    this.#tell({ events, after });
  }

  #reach(reach: "ok" | "down"): void {
    this.on.reach(reach);
    this.#tell({ reach });
  }

  #tell(what: Partial<Told>): void {
    if (this.#tabs.leads || what.heldBack) this.#tabs.tell({ cursor: this.on.cursor(), poll: this.#pollUntil, ...what });
  }

  #heard({ cursor, poll, events, after = Infinity, typing, reach, heldBack }: Told): void {
    if (this.#tabs.leads) {
      if (heldBack) this.distrustStream();
      return;
    }
    if (heldBack) return;
    this.#pollUntil = poll;
    this.#ahead = cursor;
    // What would leave a gap is read from the desk, together with what is in the gap.
    if (events && after <= this.on.cursor()) this.on.events(events, after);
    if (typing) this.on.typing(typing);
    if (reach) this.on.reach(reach);
    if (this.on.cursor() < cursor) this.#wake();
  }

  /** This tab leads from now on, or does not any more. */
  #turned(): void {
    if (!this.#tabs.leads) this.#cut();
    this.#wake();
  }

  /** Without a number, until woken. */
  #pause(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
