import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { otherLanguages, pack, readStrings, stringProblems } from "../scripts/strings.mjs";
import { dateLabel, dayLabel, momentLabel, timeLabel } from "../src/dates.js";
import type { Pack } from "../src/handover.js";
import { markOf } from "../src/in_language.js";
import { inOrder } from "../src/in_order.js";
import { LANGUAGES, strings } from "../src/launcher/strings.js";
import { moreStrings } from "../src/more/strings.js";
import { speech } from "../src/strings.js";

const files = await readStrings(new URL("../strings/", import.meta.url));
const GOOD = {
  "en.json": { hello: "Hello {name}", starter_1: "Ask?" },
  "more.en.json": { bye: "Bye" },
  "es.json": { hello: "Hola {name}", starter_1: "¿Qué?" },
  "more.es.json": { bye: "Adiós" },
};
/** The files with something put in its place; what is undefined is taken out. */
const changed = (file: keyof typeof GOOD, words: object | undefined): Record<string, Record<string, unknown>> => {
  const made: Record<string, Record<string, unknown>> = { ...GOOD, [file]: { ...GOOD[file], ...words } };
  if (!words) delete made[file];
  for (const [key, text] of Object.entries(words ?? {})) if (text === undefined) delete made[file]?.[key];
  return made;
};

describe("the words in all languages", () => {
  it("are whole", () => {
    expect(stringProblems(files)).toEqual([]);
    expect(stringProblems(GOOD)).toEqual([]);
    expect(otherLanguages(files)).toEqual(["es"]);
    expect(Object.keys(LANGUAGES).sort()).toEqual(["en", ...otherLanguages(files)].sort());
  });

  it.each([
    ["a text that is missing", changed("es.json", { hello: undefined }), 'es.json: no text under "hello"'],
    ["a text too many", changed("es.json", { more: "Más" }), 'es.json: "more" is not in en.json'],
    ["an empty text", changed("more.es.json", { bye: " " }), 'more.es.json: "bye" is no text'],
    ["an empty English question", changed("en.json", { starter_1: "" }), 'en.json: "starter_1" is no text'],
    ["what is no text", changed("more.es.json", { bye: 7 }), 'more.es.json: "bye" is no text'],
    ["another field", changed("es.json", { hello: "Hola {nombre}" }), 'es.json: "hello" has the fields "{nombre}", en.json has "{name}"'],
    ["no field", changed("es.json", { hello: "Hola" }), 'es.json: "hello" has the fields "", en.json has "{name}"'],
    ["half a field", changed("es.json", { hello: "Hola {name" }), 'es.json: "hello" has the fields "{name", en.json has "{name}"'],
    ["a file that is missing", changed("more.es.json", undefined), "more.es.json is not there"],
    ["a file too many", { ...GOOD, "odd.es.json": {} }, "odd.es.json: there is no odd.en.json"],
  ])("are refused with %s", (_, made, words) => {
    expect(stringProblems(made)).toEqual([words]);
  });

  it("may have no questions to begin with", () => {
    expect(stringProblems(changed("es.json", { starter_1: "" }))).toEqual([]);
  });
});

describe("the words that come on their own", () => {
  const taken = (version: string): Pack => {
    let found: unknown;
    const document = { currentScript: { nightdesk: { take: (given: unknown) => (found = given) } } };
    new Function("document", pack(files, "es", version))(document);
    return found as Pack;
  };
  const spoken = { lang: "es", words: LANGUAGES.es, english: LANGUAGES.en };

  it("are found again by their keys", () => {
    const { lang, words, list } = speech({ ...spoken, pack: taken("this build") });
    expect(lang).toBe("es");
    expect(words).toEqual({ ...LANGUAGES.es, ...files["es.json"] });
    expect(moreStrings(list)).toEqual(files["more.es.json"]);
  });

  it.each([
    ["have not come", undefined],
    ["are of another build", taken("another build")],
    ["are something else", {} as unknown as Pack],
  ])("leave the chat in English as a whole when they %s", (_, given) => {
    const { lang, words, list } = speech({ ...spoken, pack: given });
    expect(lang).toBe("en");
    expect(words).toEqual({ ...LANGUAGES.en, ...files["en.json"] });
    expect(moreStrings(list)).toEqual(files["more.en.json"]);
  });

  it("are not asked of an older launcher, which speaks English", () => {
    expect(speech({ lang: "en", words: LANGUAGES.en }).words).toEqual({ ...LANGUAGES.en, ...files["en.json"] });
  });

  it("are in the order of the English ones", () => {
    expect(inOrder({ b: "B", a: "A" }, ["1", "2"])).toEqual({ b: "1", a: "2" });
    expect(inOrder({ b: "B" }, undefined)).toEqual({ b: "B" });
  });
});

describe("a page's language", () => {
  it.each([["es", "es"], ["es-MX", "es"], ["ES", "es"], ["en-GB", "en"], ["est", "en"], ["xx", "en"], ["constructor", "en"], ["", "en"]])(
    "%j gives %j",
    (tag, lang) => {
      expect(strings(tag).lang).toBe(lang);
    },
  );

  it("has days and times as they are written where the clinic is", () => {
    const at = "2026-11-16T20:05:00Z";
    expect(dayLabel(at, new Date("2026-11-22T12:00:00Z"), "es", "Hoy", "Ayer")).toBe("lunes, 16 de noviembre");
    expect(dateLabel("2026-11-03", "es")).toBe("3 de noviembre de 2026");
    expect(timeLabel(at, "es")).toMatch(/^\d{1,2}:05\sp\.\s?m\.$/);
    expect(timeLabel(at, "en")).toMatch(/^\d{1,2}:05\sPM$/);
    expect(momentLabel(at, "es")).toContain("2026");
  });
});

describe("what the bot says on a Spanish page", () => {
  it.each([
    ["Our guide says that relief can come fast – “in hours”, it says…", "en"],
    ["Soy un asistente automático y solo entiendo inglés.", undefined],
    ["¿Le sirve?", undefined],
  ])("%j is marked as %j", (text, mark) => {
    expect(markOf(text, "es")).toBe(mark);
    expect(markOf(text, "en")).toBeUndefined();
  });

  it("is never marked as English when the desk says it in Spanish", () => {
    const desk = parse(readFileSync("../../data/texts/desk.yml", "utf8")) as Record<string, string>;
    const said = Object.entries(desk).filter(([key]) => /_es$/.test(key) && /^(crisis|handover|contact_saved|deletion|text)_/.test(key));
    expect(said.length).toBeGreaterThan(12);
    for (const [key, text] of said) if (!/_(wait|aim)_es$/.test(key)) expect(markOf(text, "es"), key).toBeUndefined();
  });
});

describe("the Spanish words", () => {
  const texts = (name: string): Record<string, unknown> =>
    parse(readFileSync(`../../data/${name}.yml`, "utf8")) as Record<string, unknown>;

  it("ask for a person as the bot and the desk understand it", () => {
    const languages = texts("texts/languages") as Record<string, { button: string }>;
    expect(files["es.json"]?.["person"]).toBe(languages["es"]?.button);
    expect(files["es.json"]?.["person"]).toBe(texts("texts/desk")["person_button_es"]);
    // Questions in Spanish would not be understood.
    expect([1, 2, 3].map((number) => files["es.json"]?.[`starter_${number}`])).toEqual([languages["es"]?.button, "", ""]);
    expect(files["es.json"]?.["intro_staff"]).toContain(`“${languages["es"]?.button}”`);
  });

  it("ask for the consent that the desk records", () => {
    expect(files["more.es.json"]?.["contact_consent"]).toBe(texts("texts/desk")["contact_consent_es"]);
  });

  it("name what is marked as it is marked", () => {
    expect(files["es.json"]?.["down_messages"]).toContain(`“${files["es.json"]?.["failed"]}”`);
  });
});
