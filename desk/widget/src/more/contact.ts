/** The form for a call-back. What is typed stays in the form: it is stored by the desk alone. */
import type { TemplateResult } from "lit-html";
import type { Tools } from "../more.js";
import { failure } from "./failure.js";
import type { MoreStrings } from "./strings.js";

const FIELDS = ["name", "phone", "email"] as const;
type Place = (typeof FIELDS)[number] | "consent" | "";

/** What was wrong with what was sent: the desk's words, and beside which field they belong. */
export interface Wrong {
  place: Place;
  words: string;
}

const PLACES = new Map<string, Place>([
  ["bad_name", "name"],
  ["bad_phone", "phone"],
  ["contact_needed", "phone"],
  ["bad_email", "email"],
  ["consent_needed", "consent"],
]);

/** Read what a call that failed says. */
export function wrongOf(error: unknown, words: MoreStrings): Wrong {
  const { code, message } = failure(error);
  return { place: PLACES.get(code) ?? "", words: message || words.contact_failed };
}

/** The form's fields as the desk takes them. Empty ones are sent too: the desk judges all words that come. */
export function bodyOf(fields: FormData): object {
  const safe = fields.get("safe");
  return {
    ...Object.fromEntries(FIELDS.map((name) => [name, String(fields.get(name) ?? "")])),
    consent: fields.get("consent") !== null,
    safe_to_leave_message: safe === null ? null : safe === "yes",
  };
}

const HOW = {
  name: { type: "text", complete: "name" },
  phone: { type: "tel", complete: "tel" },
  email: { type: "email", complete: "email" },
} as const;

export class ContactForm {
  #wrong: Wrong | undefined;
  #sending = false;

  /** `done` is told what to say once the desk has the details; `cancel` when they are not to be left. */
  constructor(
    private readonly tools: Tools,
    private readonly words: MoreStrings,
    private readonly done: (said: string) => void,
    private readonly cancel: () => void,
  ) {}

  draw(): TemplateResult {
    const { html, nothing, safely } = this.tools;
    const { words } = this;
    const wrong = this.#wrong;
    // Checked by the desk alone: words that belong to a person must reach it, in whatever field they are.
    return html`<form
      novalidate
      data-test="contact-form"
      @submit=${safely((event: Event) => {
        event.preventDefault();
        return this.#send(event.currentTarget as HTMLFormElement);
      })}
    >
      <p>${words.contact_intro}</p>
      <p>${words.contact_urgent}</p>
      ${FIELDS.map((name) => this.#field(name))}
      <fieldset>
        <legend>${words.contact_safe}</legend>
        ${(["yes", "no"] as const).map(
          (value) => html`<label><input type="radio" name="safe" value=${value} />${words[value]}</label>`,
        )}
      </fieldset>
      <label>
        <input
          type="checkbox"
          name="consent"
          aria-invalid=${wrong?.place === "consent"}
          aria-describedby="contact-consent-wrong"
        /><span>${words.contact_consent}</span>
      </label>
      ${this.#about("consent")}
      <div role="alert">${wrong && !wrong.place ? html`<p class="wrong" data-test="contact-wrong">${wrong.words}</p>` : nothing}</div>
      <div class="choices">
        <button type="submit" class="send" data-test="contact-send">
          ${this.#sending ? words.sending : words.contact_send}
        </button>
        <button type="button" data-test="contact-cancel" @click=${safely(() => this.cancel())}>${words.cancel}</button>
      </div>
    </form>`;
  }

  #field(name: (typeof FIELDS)[number]): TemplateResult {
    const { html } = this.tools;
    const { type, complete } = HOW[name];
    return html`<label for=${`contact-${name}`}>${this.words[`contact_${name}`]}</label>
      <input
        id=${`contact-${name}`}
        name=${name}
        type=${type}
        inputmode=${type}
        autocomplete=${complete}
        aria-invalid=${this.#wrong?.place === name}
        aria-describedby=${`contact-${name}-wrong`}
      />
      ${this.#about(name)}`;
  }

  #about(place: Place): TemplateResult {
    const wrong = this.#wrong?.place === place ? this.#wrong.words : "";
    return this.tools.html`<p class="wrong" id=${`contact-${place}-wrong`} data-test=${`contact-${place}-wrong`}>${wrong}</p>`;
  }

  async #send(form: HTMLFormElement): Promise<void> {
    if (this.#sending) return;
    this.#show(undefined, true);
    try {
      await this.tools.chat.ask("contact", bodyOf(new FormData(form)));
      this.#sending = false;
      this.done(this.words.contact_thanks);
    } catch (error) {
      const wrong = wrongOf(error, this.words);
      this.#show(wrong, false);
      // The field itself tells what is wrong with it, to whoever reads or hears it.
      form.querySelector<HTMLElement>(`[name="${wrong.place || "none"}"]`)?.focus();
    }
  }

  #show(wrong: Wrong | undefined, sending: boolean): void {
    this.#wrong = wrong;
    this.#sending = sending;
    this.tools.draw();
  }
}
