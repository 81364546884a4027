/** A browser with several tabs of one site, in memory: storage, locks and channels, which can be made to misbehave. */
import { vi } from "vitest";
import { Chat } from "../src/chat.js";
import { Memory } from "../src/memory.js";
import type { Desk } from "./desk.js";

interface Wish {
  act: () => unknown;
  grant: () => void;
  lose: () => void;
}

/** The Web Locks that the widget uses: a queue for each name, and taking a lock away. */
class Locks {
  readonly held = new Map<string, Wish>();
  readonly #queues = new Map<string, Wish[]>();

  request(name: string, how: { signal?: AbortSignal; steal?: boolean }, act: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      const lose = (): void => reject(new DOMException("", "AbortError"));
      const wish: Wish = {
        act,
        lose,
        grant: () => {
          this.held.set(name, wish);
          const release = (): void => {
            if (this.held.get(name) !== wish) return;
            this.held.delete(name);
            queue.shift()?.grant();
          };
          queueMicrotask(() => {
            Promise.resolve(act()).then(resolve, reject).finally(release);
          });
        },
      };
      if (how.steal) {
        this.held.get(name)?.lose();
        wish.grant();
      } else if (this.held.has(name)) {
        queue.push(wish);
        how.signal?.addEventListener("abort", () => {
          const at = queue.indexOf(wish);
          if (at >= 0) queue.splice(at, 1);
          lose();
        });
      } else wish.grant();
    });
  }
}

export class Channel {
  static all = new Set<Channel>();
  /** How often, and after how many milliseconds each, a message arrives. */
  static delays: () => number[] = () => [0];
  /** Hears and says nothing. */
  hangs = false;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(readonly name: string) {
    Channel.all.add(this);
  }

  postMessage(data: unknown): void {
    if (this.hangs || !Channel.all.has(this)) return;
    const copy = structuredClone(data);
    for (const other of Channel.all) {
      if (other === this || other.name !== this.name) continue;
      for (const delay of Channel.delays()) setTimeout(() => Channel.all.has(other) && !other.hangs && other.onmessage?.({ data: copy }), delay);
    }
  }

  close(): void {
    Channel.all.delete(this);
  }
}

function storage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}

export class Site {
  readonly locks = new Locks();

  /** What follows is a browser with this site in it, until `vi.unstubAllGlobals`. */
  constructor(private readonly desk: Desk) {
    Channel.all.clear();
    Channel.delays = () => [0];
    vi.stubGlobal("localStorage", storage());
    vi.stubGlobal("navigator", { locks: this.locks });
    vi.stubGlobal("BroadcastChannel", Channel);
  }

  /** A new tab. It keeps its own draft, since a test has no sessionStorage. */
  tab(changed: (chat: Chat) => void = () => undefined, memory = new Memory("https://desk.example")): Chat {
    const chat: Chat = new Chat(this.desk, memory, () => changed(chat));
    chat.start();
    return chat;
  }
}
