import { describe, expect, it, vi } from "vitest";
import { dateLabel, dayLabel } from "../src/dates.js";
import { fill } from "../src/fill.js";
import { backOff } from "../src/live.js";
import { Memory } from "../src/memory.js";
import { readTag, settings } from "../src/settings.js";

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
      expect(found.elsewhere).toBe("https://desk.example/crisis-lines");
    },
  );

  it("takes the desk's lines as a set, not mixed with the built-in ones", () => {
    const config = { crisis: { emergency: "999", call: "116 123", chat_url: "javascript:alert(1)" } };
    expect(settings(config, tag, true).crisis).toEqual({ emergency: "999", call: "116 123", press: "", text: "", chat: "", poison: "", place: "" });
  });

  it("names the country whose lines it shows", () => {
    const config = { crisis: { emergency: "999", call: "116 123", place: "the UK" } };
    expect(settings(config, tag, true).crisis.place).toBe("the UK");
  });

  describe("in Spanish", () => {
    const spanish = {
      lang: "es",
      clinic: { hours_text: "de 9 a. m. a 5 p. m.", hours_lang: "es", next_opening: "mañana, a las 9:00 a. m.", phone: "1" },
      crisis: { emergency: "911", call: "988", press: "2", text: "AYUDA to 988", place: "Estados Unidos", country: "US" },
      demo_notice: "Demostración.",
      demo_notice_lang: "es",
    };

    it("is what the desk said in Spanish", () => {
      // Our own full stop follows.
      expect(settings(spanish, tag, true, "es")).toMatchObject({
        hours: "de 9 a. m. a 5 p. m",
        hoursLang: "es",
        opens: "mañana, a las 9:00 a. m",
        noticeLang: "es",
        crisis: { call: "988", press: "2", text: "AYUDA to 988", place: "Estados Unidos" },
      });
    });

    it("marks what the clinic has in English", () => {
      const english = { ...spanish, clinic: { ...spanish.clinic, hours_lang: "en" }, demo_notice_lang: "en" };
      expect(settings(english, tag, true, "es")).toMatchObject({ hoursLang: "en", noticeLang: "en" });
    });

    it("leads to the desk's pages in Spanish, whatever the desk says", () => {
      const pages = {
        privacy: "https://desk.example/privacy?lang=es",
        protocol: "https://desk.example/crisis-protocol?lang=es",
        elsewhere: "https://desk.example/crisis-lines?lang=es",
      };
      const told = { privacy_url: "/privacy?lang=es", protocol_url: "/crisis-protocol?lang=es" };
      expect(settings(null, tag, true, "es")).toMatchObject(pages);
      expect(settings({ ...spanish, ...told }, tag, true, "es")).toMatchObject(pages);
      // What it said on an English page.
      expect(settings({ privacy_url: "/privacy" }, tag, false, "es")).toMatchObject(pages);
      expect(settings({ ...spanish, ...told }, tag, false, "en").privacy).toBe("https://desk.example/privacy");
    });

    it("has its own lines built in", () => {
      expect(settings(null, tag, true, "es").crisis).toMatchObject({ emergency: "911", call: "988", press: "2", text: "AYUDA to 988" });
      expect(settings(null, tag, true, "en").crisis).toMatchObject({ call: "988", text: "988" });
      expect(settings(null, tag, true, "en").crisis.press).toBeUndefined();
    });

    it("takes no words of another language from what the desk said on another page", () => {
      const english = {
        clinic: { hours_text: "Monday", next_opening: "today", phone: "7" },
        crisis: { emergency: "999", call: "116 123", text: "SHOUT to 85258", place: "the UK", country: "GB" },
      };
      const found = settings(english, tag, false, "es");
      expect(found).toMatchObject({ hours: "Monday", hoursLang: "en", opens: "", phone: "7" });
      // Its lines are those of the clinic's country, not of the tag's; nothing is said of the country.
      expect(found.crisis).toMatchObject({ emergency: "999", call: "116 123", text: "SHOUT to 85258" });
      expect(found.crisis.place).toBeUndefined();
      expect(settings(spanish, tag, false, "en").crisis).toMatchObject({ call: "988", text: "988" });
    });
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
