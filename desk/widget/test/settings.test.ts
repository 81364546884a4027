import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { dateLabel, dayLabel } from "../src/dates.js";
import { fill } from "../src/fill.js";
import { LANGUAGES as LAUNCHER, strings } from "../src/launcher/strings.js";
import { backOff } from "../src/live.js";
import { Memory } from "../src/memory.js";
import { LANGUAGES as MORE } from "../src/more/strings.js";
import { readTag, settings } from "../src/settings.js";
import { LANGUAGES } from "../src/strings.js";

const tag = readTag({ src: "https://desk.example/widget.js?v=1", dataset: { phone: "(555) 010-0142" } }, "en-US");

describe("readTag", () => {
  it("finds the desk where the script came from", () => {
    expect(tag).toMatchObject({ origin: "https://desk.example", phone: "(555) 010-0142", country: "US", left: false, open: false });
  });
});

describe("settings", () => {
  it.each([null, 7, "x", [], {}, { crisis: { emergency: 911 } }, { crisis: { emergency: "x", call: "y" } }])(
    "has crisis lines and a phone whatever the desk says: %j",
    (config) => {
      const found = settings(config, tag, true);
      expect(found.crisis).toMatchObject({ emergency: "911", call: "988", text: "988" });
      expect(found.phone).toBe("(555) 010-0142");
      expect(found.privacy).toBe("https://desk.example/privacy");
      expect(found.crisis.place).toBe("the US");
      expect(found.elsewhere).toBe("https://desk.example/crisis-lines");
    },
  );

  it("takes the desk's lines as a set, not mixed with the built-in ones", () => {
    const config = { crisis: { emergency: "999", call: "116 123", chat_url: "javascript:alert(1)" } };
    expect(settings(config, tag, true).crisis).toEqual({ emergency: "999", call: "116 123", text: "", chat: "", poison: "", place: "" });
  });

  it("names the country whose lines it shows", () => {
    const config = { crisis: { emergency: "999", call: "116 123", place: "the UK" } };
    expect(settings(config, tag, true).crisis.place).toBe("the UK");
  });

  it("says whether the clinic is open only when it was just told", () => {
    const config = { clinic: { open_now: true, hours_text: "Mon to Fri", phone: "(555) 010-0199" } };
    expect(settings(config, tag, true)).toMatchObject({ openNow: true, phone: "(555) 010-0199" });
    expect(settings(config, tag, false)).toMatchObject({ openNow: null, hours: "Mon to Fri" });
  });

  it("falls back on the built-in lines for a country that it does not know", () => {
    for (const country of ["ZZ", "constructor"]) expect(settings(null, { ...tag, country }, true).crisis.emergency).toBe("911");
  });
});

describe("strings", () => {
  const files = readdirSync("strings");
  const languages = Object.keys(LANGUAGES);

  it("has each language file in use, and each language for all files of the widget", () => {
    const all = languages.flatMap((language) => [`${language}.json`, `launcher.${language}.json`, `more.${language}.json`]);
    expect(files.sort()).toEqual(all.sort());
    expect([Object.keys(MORE), Object.keys(LAUNCHER)]).toEqual([languages, languages]);
  });

  it.each(files)("has every key and field in %s", (file) => {
    const english: Record<string, string> = file.startsWith("more.") ? MORE.en : file.startsWith("launcher.") ? LAUNCHER.en : LANGUAGES.en;
    const words = JSON.parse(readFileSync(`strings/${file}`, "utf8")) as Record<string, string>;
    const fields = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    for (const [key, text] of Object.entries(english)) {
      expect(words[key]?.trim(), key).toBeTruthy();
      expect(fields(words[key] ?? ""), key).toEqual(fields(text));
    }
  });

  it("finds a language, or English", () => {
    expect(strings("en-GB").lang).toBe("en");
    expect(strings("xx").lang).toBe("en");
    expect(strings("constructor").lang).toBe("en");
  });

  it("fills in fields", () => {
    expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
  });
});

describe("Memory", () => {
  it("works where there is no storage", () => {
    const memory = new Memory("https://desk.example");
    memory.set("draft", "words");
    expect(memory.get("draft")).toBe("words");
    memory.set("draft", null);
    expect(memory.get("draft")).toBeNull();
  });
});

describe("times", () => {
  it("names days as people do", () => {
    const now = new Date(2026, 10, 22, 0, 5);
    const label = (date: Date): string => dayLabel(date.toISOString(), now, "en", "Today", "Yesterday");
    expect(label(new Date(2026, 10, 22, 0, 1))).toBe("Today");
    expect(label(new Date(2026, 10, 21, 23, 59))).toBe("Yesterday");
    expect(label(new Date(2026, 10, 16))).toBe("Monday, November 16");
  });

  it.each(["America/Chicago", "Pacific/Auckland"])("names the desk's days as they are, in %s too", (zone) => {
    vi.stubEnv("TZ", zone);
    expect(dateLabel("2026-11-03", "en")).toBe("November 3, 2026");
    vi.unstubAllEnvs();
  });

  it.each(["", "soon", "2026-13-40"])("does not take %j for a day", (day) => {
    expect(dateLabel(day, "en")).toBe("");
  });

  it("waits longer each time, but not without end", () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((failures) => backOff(failures, 0))).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    expect(backOff(1, 1)).toBeCloseTo(667, 0);
  });
});
