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
  ])("takes no proxy's word for it: a desk that is just started anew is not reached (%i)", async (status, body) => {
    expect(await failed(status, body)).toMatchObject({ lost: false, passing: true });
  });
});
