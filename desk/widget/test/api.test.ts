/** What a refusal of the desk means, and one of whatever stands before it. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Api, ApiError } from "../src/api.js";

const OF = { id: "c1", token: "t" };

/** What a call fails with when this is answered. */
async function failed(status: number, body: string): Promise<ApiError> {
  vi.stubGlobal("fetch", async () => new Response(body, { status }));
  return new Api("https://desk.example").events(OF, 0, false).then(
    () => Promise.reject(new Error("it did not fail")),
    (error: unknown) => error as ApiError,
  );
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("Api", () => {
  it.each([401, 404])("takes the desk's word that it does not know a conversation (%i)", async (status) => {
    const error = await failed(status, JSON.stringify({ error: "not_found", message: "It is gone." }));
    expect(error).toMatchObject({ status, message: "It is gone.", code: "not_found", lost: true, passing: false });
  });

  it.each([
    [404, "404 page not found"],
    [401, "<html>Sign in</html>"],
    [404, JSON.stringify({ detail: "Not Found" })],
    [404, JSON.stringify({ status: 404, error: "Not Found" })],
    [404, JSON.stringify({ status: 404, error: "Not Found", message: "No message available", path: "/api" })],
    [401, JSON.stringify({ error: "unauthorized" })],
  ])("takes no proxy's word for it: a desk that is just started anew is not reached (%i)", async (status, body) => {
    expect(await failed(status, body)).toMatchObject({ lost: false, passing: true });
  });

  it("counts an answer that stalls halfway as none", async () => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", async (_: string, { signal }: RequestInit) => {
      const body = new ReadableStream({
        start(half) {
          half.enqueue(new TextEncoder().encode('{"seq":'));
          signal?.addEventListener("abort", () => half.error(new Error("aborted")));
        },
      });
      return new Response(body, { status: 202 });
    });
    const sent = new Api("https://desk.example").send(OF, "k", "help").catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(11_000);
    vi.useRealTimers();
    expect(await sent).toMatchObject({ status: 0, passing: true });
  });

  it("begins a conversation also on a page that teaches lists to be something else in JSON", async () => {
    const lists = Array.prototype as unknown as { toJSON?: () => string };
    lists.toJSON = () => "[object]";
    const asked: unknown[] = [];
    vi.stubGlobal("fetch", async (_: string, { body }: RequestInit) => {
      asked.push(JSON.parse(String(body)));
      return new Response('{"conversation_id":"c1","token":"t"}', { status: 201 });
    });
    try {
      await new Api("https://desk.example").create("t", [{ key: "one", text: "a" }, { key: "two", text: "b" }]);
    } finally {
      delete lists.toJSON;
    }
    expect(asked).toEqual([{ token: "t", messages: { one: "a", two: "b" } }]);
  });
});
