/** What a site sets on the tag, and the colour of it. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { light } from "../src/launcher/looks.js";
import { readTag } from "../src/settings.js";

const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
const tag = (dataset: Record<string, string | undefined>): ReturnType<typeof readTag> =>
  readTag({ src: "https://desk.example/widget.js", dataset }, "en-US");

afterEach(() => warn.mockClear());

describe("the tag", () => {
  it("says where leaving leads, how the chat is greeted, and whether it is open", () => {
    const set = { exit: "https://weather.example", greeting: "Welcome!", open: "", color: "gold", position: "left" };
    expect(tag(set)).toMatchObject({ exit: "https://weather.example/", greeting: "Welcome!", open: true, color: "gold", left: true });
    expect(tag({ open: "true" }).open).toBe(true);
    expect(tag({ open: "false", position: "right" })).toMatchObject({ open: false, left: false });
    expect(tag({})).toMatchObject({ exit: "https://www.google.com/", greeting: "", open: false, color: "", country: "US" });
    expect(tag({ title: undefined, open: undefined, exit: undefined })).toMatchObject({ title: "", open: false });
    expect(warn).not.toHaveBeenCalled();
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "//weather.example", "weather.example", "", " https://a.example", "https:///", "https://%"])(
    "leads nowhere else: %j",
    (exit) => {
      expect(tag({ exit }).exit).toMatch(/^https:\/\/www\.google\.com\/$/);
    },
  );

  it("that has what cannot be used is told of once, without what it is", async () => {
    vi.resetModules();
    const { readTag: fresh } = await import("../src/settings.js");
    const bad = { position: "top", open: "maybe", phone: "call us", country: "us", greeting: "x".repeat(201), exit: "ftp://x" };
    for (let time = 0; time < 2; time += 1) {
      expect(fresh({ src: "https://desk.example/widget.js", dataset: bad }, "en")).toMatchObject({
        left: false,
        open: false,
        phone: "",
        country: "US",
        greeting: "",
        exit: "https://www.google.com/",
      });
    }
    const said = warn.mock.calls.map(([words]) => String(words));
    expect(said.length).toBe(Object.keys(bad).length);
    for (const name of Object.keys(bad)) expect(said.some((words) => words.endsWith(` data-${name}`))).toBe(true);
  });
});

describe("light", () => {
  const contrast = (a: string, b: string): number => Math.max(light(a), light(b)) / Math.min(light(a), light(b));

  it("is as WCAG counts it", () => {
    expect(contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)")).toBeCloseTo(21, 5);
    expect(contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)")).toBeCloseTo(4.54, 2);
    expect(contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)")).toBeCloseTo(4.48, 2);
    expect(contrast("rgb(10, 10, 10)", "rgb(0, 0, 0)")).toBeCloseTo(1.06, 2);
  });

  it.each(["rgba(0, 0, 0, 0)", "rgba(1, 2, 3, 0.5)", "color(srgb 1 0 0)", "oklch(0.5 0.1 20)", "", "blurple"])("is not known of %s", (colour) => {
    expect(light(colour)).toBeNaN();
  });

  it("leaves one of black and white to be read on every colour", () => {
    for (let step = 0; step < 16 ** 3; step += 1) {
      const ground = `rgb(${[step % 16, (step >> 4) % 16, step >> 8].map((part) => part * 17).join(", ")})`;
      const text = light(ground) < 0.229 ? "rgb(255, 255, 255)" : "rgb(0, 0, 0)";
      if (contrast(ground, text) < 4.5) throw new Error(`${text} on ${ground}`);
    }
  });
});
