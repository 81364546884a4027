/** Deletes the conversation on the visitor's wish. */
import { field, words as text } from "../settings.js";
import type { Tools } from "../more.js";
import { failure } from "./failure.js";
import type { MoreStrings } from "./strings.js";

/** Ask the desk to delete everything. Gives what to tell the visitor; nothing of it stays here if it was deleted. */
export async function erase({ chat }: Tools, words: MoreStrings): Promise<string> {
  try {
    const said: unknown = await (await chat.ask("", undefined, "DELETE")).json();
    // The desk may have to keep it for now: it says why.
    if (field(said, "deleted") !== true) return text(said, "message") || words.not_deleted;
  } catch (error) {
    // It may have been deleted before, from another tab or by the clinic.
    const { lost, message } = failure(error);
    if (!lost) return message || words.not_deleted;
  }
  chat.lose("fresh");
  return words.deleted;
}
