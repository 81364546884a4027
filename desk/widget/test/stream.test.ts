import { describe, expect, it, vi } from "vitest";
import { readStream, SseParser, type ServerEvent } from "../src/stream.js";

const WHOLE =
  ': hello\r\n\r\nid: 1\ndata: {"seq":1}\n\nevent: typing\rdata: {"from":"bot",\rdata: "typing":true}\r\rdata\n\nid: 2\n\nretry: 5\ndata:é\n\ndata: unfinished';
const EXPECTED: ServerEvent[] = [
  { type: "message", data: '{"seq":1}' },
  { type: "typing", data: '{"from":"bot",\n"typing":true}' },
  { type: "message", data: "" },
  { type: "message", data: "é" },
];

describe("SseParser", () => {
  it("reads a whole stream", () => {
    expect(new SseParser().push(WHOLE)).toEqual(EXPECTED);
  });

  it("reads the same wherever the pieces are cut", () => {
    for (let size = 1; size < 12; size += 1) {
      const parser = new SseParser();
      const found: ServerEvent[] = [];
      for (let at = 0; at < WHOLE.length; at += size) found.push(...parser.push(WHOLE.slice(at, at + size)));
      expect(found, `pieces of ${size}`).toEqual(EXPECTED);
    }
  });

  it("does not take a cut CR LF for two line ends", () => {
    const parser = new SseParser();
    expect(parser.push("data: a\r")).toEqual([]);
    expect(parser.push("\ndata: b\r")).toEqual([]);
    expect(parser.push("\n\r")).toEqual([{ type: "message", data: "a\nb" }]);
    expect(parser.push("\n")).toEqual([]);
  });
});

describe("readStream", () => {
  const body = (pieces: Uint8Array[], end: boolean): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        pieces.forEach((piece) => controller.enqueue(piece));
        if (end) controller.close();
      },
    });

  it("joins characters that were cut in the middle", async () => {
    const bytes = new TextEncoder().encode("data: né\n\n");
    const got: ServerEvent[] = [];
    await readStream(body([bytes.slice(0, 8), bytes.slice(8)], true), 1000, (event) => got.push(event), () => undefined);
    expect(got).toEqual([{ type: "message", data: "né" }]);
  });

  it("gives up on a stream that stays silent", async () => {
    vi.useFakeTimers();
    const reading = readStream(body([], false), 40_000, () => undefined, () => undefined);
    const outcome = expect(reading).rejects.toThrow("silent");
    await vi.advanceTimersByTimeAsync(40_000);
    await outcome;
    vi.useRealTimers();
  });
});
