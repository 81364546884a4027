/** The menu in the panel's head, and the sheet above the transcript: call-back, a copy, deletion. */
import type { TemplateResult } from "lit-html";
import type { Tools } from "../more.js";
import type { Stored } from "../store.js";
import { ContactForm } from "./contact.js";
import { clip, saveCopy } from "./copy.js";
import { erase } from "./erase.js";
import { standing } from "./person.js";
import type { MoreStrings } from "./strings.js";

type Sheet = "menu" | "contact" | "new" | "delete" | "said";

export class Menu {
  #sheet: Sheet | undefined;
  #said = "";
  #busy = false;
  #form: ContactForm | undefined;
  /** What opened the sheet: the focus goes back there. */
  #from: HTMLElement | undefined;

  constructor(
    private readonly tools: Tools,
    private readonly words: MoreStrings,
  ) {
    // Wherever in the panel somebody is: the first press closes the sheet, another the panel.
    const key = tools.safely((event: Event) => this.#onKey(event as KeyboardEvent));
    tools.menu.closest(".panel")?.addEventListener("keydown", key);
  }

  button(): TemplateResult {
    const open = this.#sheet !== undefined;
    return this.tools.html`<button
      type="button"
      class="close more"
      data-test="menu"
      aria-expanded=${open}
      @click=${this.tools.safely((press: Event) => (open ? this.#close() : this.#open("menu", press)))}
    >
      ${this.words.menu}
    </button>`;
  }

  /** Under a text of the desk that offers it: the way to the form. */
  offer(event: Stored): TemplateResult | null {
    if (event.from !== "system" || !Array.isArray(event.offers) || !event.offers.includes("contact")) return null;
    return this.tools.html`<div class="replies">${this.#opener("contact", this.words.contact)}</div>`;
  }

  sheet(): TemplateResult | null {
    if (!this.#sheet) return null;
    const { words } = this;
    const { html } = this.tools;
    const title = { menu: words.menu_title, contact: words.contact, new: words.new, delete: words.delete, said: "" }[this.#sheet];
    return html`<div
      class="sheet"
      role="group"
      aria-label=${title || words.menu_title}
      data-test="sheet"
    >
      ${title ? html`<h3 tabindex="-1">${title}</h3>` : null} ${this.#inside(this.#sheet)}
    </div>`;
  }

  #inside(sheet: Sheet): TemplateResult {
    const { html, nothing, chat } = this.tools;
    const { words } = this;
    if (sheet === "contact") return (this.#form ??= this.#newForm()).draw();
    if (sheet === "said")
      return html`<p tabindex="-1" data-test="said">${this.#said}</p>
        ${this.#button("said-close", words.close, () => this.#close())}`;
    if (sheet === "delete")
      return html`<p>${words.delete_asked}</p>
        <div class="choices">
          ${this.#button("delete-yes", this.#busy ? words.sending : words.delete_yes, () => this.#erase())}
          ${this.#button("delete-no", words.delete_no, () => this.#close())}
        </div>`;
    if (sheet === "new") {
      const { staff, crisis } = standing(chat.state.events);
      const undelivered = chat.state.pending.some(({ status }) => status === "failed");
      return html`<p>${words.new_asked}</p>
        ${undelivered ? html`<p data-test="new-undelivered">${words.new_undelivered}</p>` : nothing}
        ${staff ? html`<p data-test="new-staff">${words.new_staff}</p>` : nothing}
        ${crisis ? html`<p data-test="new-urgent">${words.new_urgent}</p>` : nothing}
        <div class="choices">
          ${this.#button("new-yes", words.new, () => this.#renew())}
          ${this.#button("new-no", words.delete_no, () => this.#close())}
        </div>`;
    }
    return html`<div class="choices">
        ${this.#opener("contact", words.contact)}
        ${chat.state.events.length
          ? html`${this.#button("copy", words.copy, () => this.#copy())}
            ${this.#button("clip", words.clip, () => this.#clip())} ${this.#opener("new", words.new)}
            ${this.#opener("delete", words.delete)}`
          : nothing}
      </div>
      <p data-test="leave-about">${words.leave_about}</p>`;
  }

  #newForm(): ContactForm {
    return new ContactForm(
      this.tools,
      this.words,
      (said) => this.#say(said),
      () => this.#close(),
    );
  }

  #button(test: string, label: string, press: (event: Event) => unknown): TemplateResult {
    const { html, safely } = this.tools;
    return html`<button type="button" data-test=${test} @click=${safely(press)}>${label}</button>`;
  }

  #opener(sheet: "contact" | "new" | "delete", label: string): TemplateResult {
    return this.#button(`open-${sheet}`, label, (press) => this.#open(sheet, press));
  }

  #open(sheet: Sheet, press: Event): void {
    const button = press.currentTarget as HTMLElement;
    // What stands in the sheet itself is gone when it closes.
    if (!button.closest(".sheet")) this.#from = button;
    this.#to(sheet);
  }

  #to(sheet: Sheet): void {
    this.#sheet = sheet;
    this.tools.draw();
    // Read from its beginning on; of the menu the first button says enough.
    this.#find({ menu: "button", contact: "h3", new: "h3", delete: "h3", said: "p" }[sheet])?.focus();
  }

  #say(words: string): void {
    this.#said = words;
    this.#form = undefined;
    this.#to("said");
  }

  #close(): void {
    this.#sheet = this.#form = undefined;
    this.tools.draw();
    const button = this.#from?.isConnected ? this.#from : this.tools.menu.querySelector<HTMLElement>(".more");
    button?.focus();
  }

  async #copy(): Promise<void> {
    await saveCopy(this.tools, this.words);
    this.#say(this.words.copied);
  }

  async #clip(): Promise<void> {
    this.#say(await clip(this.tools, this.words));
  }

  /** Nothing of the chat stays here; the desk keeps it, with what is on its way. */
  #renew(): void {
    this.tools.chat.rest();
    this.tools.chat.lose("fresh");
    this.tools.forget();
    this.#say(this.words.new_done);
  }

  async #erase(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.tools.draw();
    const said = await erase(this.tools, this.words);
    this.#busy = false;
    this.#say(said);
  }

  #onKey(event: KeyboardEvent): void {
    // The menu of a chat that had to start anew is gone.
    if (!this.#sheet || !this.tools.menu.isConnected || event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    this.#close();
  }

  #find(what: string): HTMLElement | null {
    return this.tools.place.querySelector<HTMLElement>(`.sheet ${what}`);
  }
}
