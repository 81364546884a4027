/** What the page remembers. A browser that blocks storage gets memory until the page is left. */
import type { Conversation } from "./api.js";
import type { Pending } from "./store.js";

/** Kept for this browser: the conversation, the clinic's settings, what has been on the screen, what is not delivered. */
const BROWSER = ["begun", "conversation", "config", "seen", "pending", "left"];

/** What is the visitor's own of it. */
const OWN: Name[] = ["begun", "conversation", "seen", "draft", "pending"];

/**
 * Kept for this tab only: the draft, whether the panel is open. "left" is never kept: it tells the other tabs that
 * the visitor wants the chat forgotten.
 */
export type Name = "begun" | "conversation" | "config" | "seen" | "draft" | "pending" | "open" | "left";

export class Memory {
  private readonly here = new Map<string, string>();

  constructor(private readonly origin: string) {}

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
    if (!tell) return;
    this.set("left", 1);
    this.set("left", null);
  }

  /** Whether another tab tells that. */
  left({ key, newValue }: StorageEvent): boolean {
    return key === this.key("left") && !!newValue;
  }

  private key(name: Name): string {
    return `nightdesk ${this.origin} ${name}`;
  }

  private area(name: Name): Storage {
    return BROWSER.indexOf(name) >= 0 ? localStorage : sessionStorage;
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
