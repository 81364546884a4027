/**
 * One stream for all tabs of a site: the tab that holds a lock follows the desk and tells the others. When it is
 * closed, the next in the queue has the lock at once; when it hangs, another takes it away. Both the lock and the
 * channel are a conversation's (a tab that cannot read the browser's storage has its own) and this build's: two
 * builds could misunderstand each other.
 */
declare const __VERSION__: string;

const BEAT_MS = 5000;
/** Whoever leads and says nothing for so long hangs. */
const SILENT_MS = 15_000;

export class Tabs {
  /** Whether this tab is the one that follows the desk. */
  leads = false;
  readonly #name: string;
  #channel: BroadcastChannel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `what` all of the tabs follow; `heard` gets what another tab tells; `turned` is called when this one begins or ceases to lead; `beat`, while it leads. */
  constructor(
    what: string,
    private readonly signal: AbortSignal,
    heard: (told: unknown) => void,
    private readonly turned: () => void,
    private readonly beat: () => void,
  ) {
    this.#name = `nightdesk ${__VERSION__} ${what}`;
    signal.addEventListener("abort", () => this.#end());
    try {
      this.#channel = new BroadcastChannel(this.#name);
      this.#channel.onmessage = ({ data }) => {
        this.#listen();
        heard(data);
      };
      this.#ask({ signal });
      this.#listen();
    } catch {
      // No locks or no channel in this browser: each tab has its own stream.
      this.leads = true;
    }
  }

  tell(what: object): void {
    this.#channel?.postMessage(what);
  }

  /** Ask for the lock: in the queue, or by taking it away. */
  #ask(how: LockOptions): void {
    navigator.locks
      .request(this.#name, how, () => {
        if (this.signal.aborted) return undefined;
        this.#lead();
        return new Promise((resolve) => this.signal.addEventListener("abort", resolve));
      })
      .catch((error: Error) => {
        if (this.signal.aborted) return;
        // No locks for this page: it has its own stream.
        if (error.name !== "AbortError") return this.#lead();
        // It was taken away from us, who hung; our place in the queue is gone only if it was had in the queue.
        this.leads = false;
        this.#listen();
        this.turned();
        if (!how.steal) this.#ask(how);
      });
  }

  #lead(): void {
    clearTimeout(this.#timer);
    this.leads = true;
    this.#timer = setInterval(this.beat, BEAT_MS);
    this.turned();
  }

  #listen(): void {
    if (this.leads) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#listen();
      this.#ask({ steal: true });
    }, SILENT_MS);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.leads = false;
    this.#channel?.close();
    this.#channel = undefined;
  }
}
