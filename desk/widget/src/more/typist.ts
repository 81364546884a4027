/** Tells that the visitor writes, so that whoever answers can wait for them. What they write is not told. */

const EVERY_MS = 3000;
/** Who has not touched a key for so long is not writing. */
const PAUSE_MS = 5000;

export class Typist {
  #at = -EVERY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `tell` is called at most every three seconds. */
  constructor(private readonly tell: (typing: boolean) => void) {}

  typed(): void {
    if (Date.now() - this.#at >= EVERY_MS) this.#tell(true);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(false), PAUSE_MS);
  }

  #tell(typing: boolean): void {
    this.#at = Date.now();
    this.tell(typing);
  }
}
