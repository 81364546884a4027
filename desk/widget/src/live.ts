/** Keeps reading a conversation: by stream where that works, by long-poll where it does not. */
import { ApiError, type Api, type ChatEvent, type Conversation, type Typing } from "./api.js";

export interface Listener {
  /** The last sequence number read so far. */
  cursor(): number;
  events(events: ChatEvent[]): void;
  typing(typing: Typing): void;
  reach(reach: "ok" | "down"): void;
  /** The desk does not know the conversation (any more). */
  lost(): void;
}

/** How long to stay with long-polling before a stream is tried again. */
const POLLING_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 30_000;

/** The wait before try number `failures`: 1, 2, 4 … 30 s, less up to a third so that clients spread. */
export function backOff(failures: number, random: number): number {
  return Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.max(0, failures - 1)) * (1 - random / 3);
}

export class Live {
  #stop: AbortController | null = null;
  #wake: () => void = () => undefined;
  #pollUntil = 0;

  constructor(
    private readonly api: Pick<Api, "events" | "stream">,
    private readonly on: Listener,
  ) {}

  start(conversation: Conversation): void {
    if (this.#stop) return;
    this.#stop = new AbortController();
    void this.#run(conversation, this.#stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#wake();
  }

  /** Try again now: the network is back, or the visitor is. */
  nudge(): void {
    this.#wake();
  }

  /** The stream lets nothing through: from now on, poll. */
  distrustStream(conversation: Conversation): void {
    this.#pollUntil = Date.now() + POLLING_MS;
    this.stop();
    this.start(conversation);
  }

  async #run(conversation: Conversation, signal: AbortSignal): Promise<void> {
    let failures = 0;
    let streamFailures = 0;
    let read = false;
    while (!signal.aborted) {
      const polling = !read || Date.now() < this.#pollUntil;
      const before = read ? this.on.cursor() : -1;
      let alive = false;
      try {
        if (polling) {
          this.#take(await this.api.events(conversation, this.on.cursor(), read, signal), signal);
          read = alive = true;
        } else {
          await this.api.stream(conversation, this.on.cursor(), signal, {
            event: (event) => this.#take([event], signal),
            typing: (typing) => signal.aborted || this.on.typing(typing),
            alive: () => {
              if (!alive && !signal.aborted) this.on.reach("ok");
              alive = true;
            },
          });
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && error.lost) {
          this.#stop = null;
          this.on.lost();
          return;
        }
      }
      if (signal.aborted) return;
      if (polling) {
        failures = alive ? 0 : failures + 1;
        if (failures >= 2) this.on.reach("down");
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

  #take(events: ChatEvent[], signal: AbortSignal): void {
    if (!signal.aborted) this.on.events(events);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
