/** Server-sent events over fetch, so that the token travels in a header and not in an address. */

export interface ServerEvent {
  type: string;
  data: string;
}

/**
 * The number to go on from is in the event itself, so `id` is not read; neither is `retry`.
 * Reads an event stream piece by piece, wherever the pieces were cut (WHATWG HTML, section
 * 9.2.6 "Interpreting an event stream"); a byte order mark is the decoder's affair.
 */
export class SseParser {
  #rest = "";
  #afterCr = false;
  #data: string[] = [];
  #type = "";

  /** Take the next piece of decoded text; gives the events that it completed. */
  push(piece: string): ServerEvent[] {
    // A line end of CR LF may be cut between the two.
    const text = this.#afterCr && piece.startsWith("\n") ? piece.slice(1) : piece;
    if (piece) this.#afterCr = piece.endsWith("\r");
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? "";
    const events: ServerEvent[] = [];
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): ServerEvent | null {
    if (!line) {
      const event = { type: this.#type || "message", data: this.#data.join("\n") };
      const complete = this.#data.length > 0;
      this.#data = [];
      this.#type = "";
      return complete ? event : null;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#type = value;
    return null;
  }
}

/**
 * Read a response body to its end. `onAlive` is called for every piece, comments included.
 * Rejects when the connection breaks, or when nothing at all came for `silentMs` (a proxy that
 * holds the stream back, or a line that died without saying so).
 */
export async function readStream(
  body: ReadableStream<Uint8Array>,
  silentMs: number,
  onEvent: (event: ServerEvent) => void,
  onAlive: () => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new SseParser();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = (): Promise<never> =>
    new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("silent")), silentMs);
    });
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), silence()]);
      clearTimeout(timer);
      if (done) return;
      onAlive();
      parser.push(decoder.decode(value, { stream: true })).forEach(onEvent);
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => undefined);
  }
}
