import { describe, expect, it } from "vitest";
import { ApiError } from "../src/api.js";
import { bodyOf, wrongOf } from "../src/more/contact.js";
import { moreStrings } from "../src/more/strings.js";

const words = moreStrings(undefined);
const filled = (row: Record<string, string>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries({ name: "", phone: "", email: "", ...row })) data.set(name, value);
  return data;
};

describe("what the form sends", () => {
  it.each([
    [{}, { name: "", phone: "", email: "", consent: false, safe_to_leave_message: null }],
    [
      { name: "Jo", phone: "555 010 0100", consent: "on", safe: "yes" },
      { name: "Jo", phone: "555 010 0100", email: "", consent: true, safe_to_leave_message: true },
    ],
    [{ email: "a@b.example", safe: "no" }, { name: "", phone: "", email: "a@b.example", consent: false, safe_to_leave_message: false }],
    // Whatever stands in a field goes to the desk as it is: it judges the words.
    [{ name: "I want to die", phone: "x" }, { name: "I want to die", phone: "x", email: "", consent: false, safe_to_leave_message: null }],
  ])("%j", (row, body) => {
    expect(bodyOf(filled(row as Record<string, string>))).toEqual(body);
  });
});

describe("what was wrong", () => {
  it.each([
    ["consent_needed", "consent"],
    ["contact_needed", "phone"],
    ["bad_phone", "phone"],
    ["bad_email", "email"],
    ["bad_name", "name"],
    ["rate_limited", ""],
    ["constructor", ""],
    ["", ""],
  ])("with the code %s stands beside the field \"%s\", in the desk's words", (code, place) => {
    expect(wrongOf(new ApiError(422, "Please check it.", code), words)).toEqual({ place, words: "Please check it." });
  });

  it("is said in our words where the desk had none", () => {
    const failed = { place: "", words: words.contact_failed };
    expect(wrongOf(new ApiError(0), words)).toEqual(failed);
    // What a browser says of its own is no word for a visitor.
    expect(wrongOf(new TypeError("x is undefined"), words)).toEqual(failed);
    expect(wrongOf(null, words)).toEqual(failed);
  });
});
