/** A copy of the chat as a file: as the desk writes it, else as the page has it. */
import type { ChatEvent, Sender } from "../api.js";
import type { Tools } from "../more.js";
import type { MoreStrings } from "./strings.js";

/** The chat as plain text, a line for each message. */
export function transcript(events: readonly ChatEvent[], words: MoreStrings, lang: string): string {
  const who: Record<Sender, string> = {
    visitor: words.copy_you,
    bot: words.copy_bot,
    staff: words.copy_staff,
    system: words.copy_system,
  };
  const name = (event: ChatEvent): string => [event.name, event.title].filter(Boolean).join(", ") || who[event.from];
  const lines = events.map((event) => `${new Date(event.at).toLocaleString(lang)}  ${name(event)}: ${event.text}`);
  return `${lines.join("\n\n")}\n`;
}

async function fromDesk({ chat }: Tools): Promise<string> {
  const answer = await chat.ask("export");
  if (!answer.headers.get("content-type")?.startsWith("text/plain")) throw new Error("no text");
  return answer.text();
}

/** Give the visitor's browser the file to save. */
export async function saveCopy(tools: Tools, words: MoreStrings): Promise<void> {
  const text = await fromDesk(tools).catch(() => transcript(tools.chat.state.events, words, tools.lang));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = words.copy_file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
