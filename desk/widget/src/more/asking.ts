/** "Did this answer your question?" under an answer. */
import type { TemplateResult } from "lit-html";
import type { Tools } from "../more.js";
import type { Stored } from "../store.js";
import { chosen, offersPerson, pressed, said, settled, stored, type Press } from "./feedback.js";
import { keyOf } from "./key.js";
import { rate } from "./rate.js";
import type { MoreStrings } from "./strings.js";

export class Asking {
  readonly #presses = new Map<string, Press>();

  constructor(
    private readonly tools: Tools,
    private readonly words: MoreStrings,
  ) {}

  /** Nothing under what is not asked about. Not read out as it comes: only what a press leads to is. */
  draw(event: Stored, id: string): TemplateResult | null {
    const saved = stored(event.feedback);
    if (saved === undefined) return null;
    const { html, nothing, person, send, safely } = this.tools;
    const { words } = this;
    const press = this.#presses.get(keyOf(event));
    const about = said(press, saved);
    return html`<div class="asked" role="group" aria-labelledby=${`asked-${id}`} aria-live="off" data-test="feedback">
      <p id=${`asked-${id}`}>${words.question}</p>
      ${this.#choice(event, true, saved)} ${this.#choice(event, false, saved)}
      <p class="said" role=${press ? "status" : nothing} data-test="feedback-said">${about && words[about]}</p>
      ${offersPerson(press, saved)
        ? html`<p>${words.offer}</p>
            <button type="button" data-test="feedback-person" @click=${safely(() => send(person))}>${person}</button>`
        : nothing}
    </div>`;
  }

  #choice(event: Stored, helpful: boolean, saved: boolean | null): TemplateResult {
    const { html, nothing, safely } = this.tools;
    const on = chosen(this.#presses.get(keyOf(event)), saved) === helpful;
    return html`<button
      type="button"
      data-test=${helpful ? "feedback-yes" : "feedback-no"}
      aria-pressed=${on}
      @click=${safely(() => this.#press(event, helpful, saved))}
    >
      ${on ? html`<span aria-hidden="true">✓ </span>` : nothing}${helpful ? this.words.yes : this.words.no}
    </button>`;
  }

  async #press(event: Stored, helpful: boolean, saved: boolean | null): Promise<void> {
    const next = pressed(this.#presses.get(keyOf(event)), saved, helpful);
    this.#keep(event, next.press);
    if (next.send) await this.#send(event, helpful);
  }

  async #send(event: Stored, helpful: boolean): Promise<void> {
    const taken = await rate(this.tools.chat, event, helpful).then(
      () => true,
      () => false,
    );
    const next = settled(this.#presses.get(keyOf(event)) as Press, helpful, taken);
    this.#keep(event, next.press);
    if (next.send) await this.#send(event, next.press.helpful);
  }

  #keep(event: Stored, press: Press | undefined): void {
    if (press) this.#presses.set(keyOf(event), press);
    this.tools.draw();
  }
}
