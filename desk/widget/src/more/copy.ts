/** A copy of the chat: as a file, or to be pasted. */
import type { ChatEvent, Sender } from "../api.js";
import { momentLabel } from "../dates.js";
import type { Tools } from "../more.js";
import { oneWay } from "../one_way.js";
import type { MoreStrings } from "./strings.js";

/** The chat as plain text, a line for each message. */
export function transcript(events: readonly ChatEvent[], words: MoreStrings, lang: string): string {
  const who: Record<Sender, string> = {
    visitor: words.copy_you,
    bot: words.copy_bot,
    staff: words.copy_staff,
    system: words.copy_system,
  };
  const name = (event: ChatEvent): string => oneWay([event.name, event.title].filter(Boolean).join(", ")) || who[event.from];
  const lines = events.map((event) => `${momentLabel(event.at, lang)}  ${name(event)}: ${event.text}`);
  return `${lines.join("\n\n")}\n`;
}

async function fromDesk({ chat }: Tools): Promise<string> {
  const answer = await chat.ask("export");
  if (!answer.headers.get("content-type")?.startsWith("text/plain")) throw new Error("no text");
  return answer.text();
}

/** As the page has it, also what the desk no longer knows. */
function fromPage({ chat, lang }: Tools, words: MoreStrings): string {
  return transcript([...chat.state.earlier, ...chat.state.events], words, lang);
}

/** Copy it, to be pasted. Gives what to tell the visitor. */
export async function clip(tools: Tools, words: MoreStrings): Promise<string> {
  try {
    // Without asking the desk: browsers allow this only at once after a press.
    await navigator.clipboard.writeText(fromPage(tools, words));
    return words.clipped;
  } catch {
    return words.not_clipped;
  }
}

/** Give the visitor's browser the file to save: as the desk writes it, else as the page has it. */
export async function saveCopy(tools: Tools, words: MoreStrings): Promise<void> {
  const text = await fromDesk(tools).catch(() => fromPage(tools, words));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = words.copy_file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
