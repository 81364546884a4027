/** What the page remembers. A browser that blocks storage gets memory until the page is left. */
import type { Conversation } from "./api.js";
import type { Pending } from "./store.js";

/** Kept for this tab only. */
const TAB = ["draft", "open", "marked"];

/** What is the visitor's own of it. */
const OWN: Name[] = ["begun", "conversation", "seen", "draft", "pending"];

/**
 * Kept for this browser: the conversation, the clinic's settings, what has been on the screen, what is not delivered,
 * and the "mark": a number that every browser has which has seen the widget. When it is another one, the visitor wants
 * the chat forgotten. Kept for this tab: the draft, whether the panel is open, and the mark that belongs to these.
 */
export type Name = "begun" | "conversation" | "config" | "seen" | "draft" | "pending" | "open" | "mark" | "marked";

export class Memory {
  private readonly here = new Map<string, string>();

  constructor(private readonly origin: string) {
    // The tab may have been elsewhere when another one was left.
    const mark = this.get("mark") || Math.random();
    if (mark === this.get("marked")) return;
    this.set("draft", null);
    if (this.get("open")) this.set("open", false);
    this.sign(mark);
  }

  /** What was put under this name; null when there is nothing, or nothing that can be read. */
  get(name: Name): unknown {
    const key = this.key(name);
    try {
      return JSON.parse(this.here.get(name) || this.area(name).getItem(key) || "null");
    } catch {
      return null;
    }
  }

  /** Keep a plain value; null forgets it. */
  set(name: Name, value: unknown): void {
    const key = this.key(name);
    this.here.delete(name);
    try {
      if (value === null) this.area(name).removeItem(key);
      else this.area(name).setItem(key, JSON.stringify(value));
    } catch {
      this.here.set(name, JSON.stringify(value));
    }
  }

  /** Keep nothing of the chat any more, and tell the other tabs, which then do the same. */
  forget(tell: boolean): void {
    OWN.forEach((name) => this.set(name, null));
    this.set("open", false);
    if (tell) this.sign(Math.random());
  }

  /** Whether another tab tells that. */
  left({ key, newValue }: StorageEvent): boolean {
    return key === this.key("mark") && !!newValue;
  }

  private sign(mark: unknown): void {
    this.set("mark", mark);
    this.set("marked", mark);
  }

  private key(name: Name): string {
    return `nightdesk ${this.origin} ${name}`;
  }

  private area(name: Name): Storage {
    return TAB.indexOf(name) < 0 ? localStorage : sessionStorage;
  }
}

/** The remembered conversation, if there is a whole one. */
export function conversation(memory: Memory): Conversation | null {
  const found = memory.get("conversation") as Partial<Conversation> | null;
  return found?.id && found.token ? { id: found.id, token: found.token } : null;
}

/** The last sequence number that the visitor has had on the screen. */
export function seen(memory: Memory): number {
  return Number(memory.get("seen")) || 0;
}

/** Messages that have not arrived yet: of all pages of this site, also of those that are gone. */
export function undelivered(memory: Memory): Pending[] {
  const found = memory.get("pending");
  if (!found || typeof found !== "object") return [];
  return Object.keys(found).map((key) => (found as Record<string, Pending>)[key] as Pending);
}
