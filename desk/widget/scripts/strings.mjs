/** The widget's words: one file a language for each part of it, read from strings/, and what is wrong with them. */
import { readdir, readFile } from "node:fs/promises";

/** Questions to begin with may be left out in a language that the bot does not understand. */
const MAY_BE_EMPTY = /^starter_\d$/;

/** "more.es.json" is the part "more." in "es". */
const partOf = (file) => file.replace(/\w+\.json$/, "");
const languageOf = (file) => /(\w+)\.json$/.exec(file)?.[1];

/** What all files hold, by name. */
export async function readStrings(folder) {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, JSON.parse(texts[index])]));
}

/** The languages that there are files for, English left out. */
export function otherLanguages(files) {
  return [...new Set(Object.keys(files).map(languageOf))].filter((language) => language !== "en").sort();
}

function fields(text) {
  return [...new Set(text.match(/\{\w*\}?/g))].sort().join(" ");
}

/** What is wrong in one file, seen beside the English one. */
function* wrongIn(file, words, english) {
  const beside = `${partOf(file)}en.json`;
  for (const [key, text] of Object.entries(english)) {
    const found = words[key];
    if (found === undefined) yield `${file}: no text under "${key}"`;
    else if (typeof found !== "string" || !(found.trim() || (words !== english && MAY_BE_EMPTY.test(key))))
      yield `${file}: "${key}" is no text`;
    else if (found && fields(found) !== fields(String(text)))
      yield `${file}: "${key}" has the fields "${fields(found)}", ${beside} has "${fields(String(text))}"`;
  }
  for (const key of Object.keys(words)) if (!(key in english)) yield `${file}: "${key}" is not in ${beside}`;
}

/** What is wrong with the files, each a sentence with file and key; none when all is well. */
export function stringProblems(files) {
  const parts = Object.keys(files).filter((file) => languageOf(file) === "en").map(partOf);
  const found = [];
  for (const language of ["en", ...otherLanguages(files)]) {
    for (const part of parts) {
      const file = `${part}${language}.json`;
      if (files[file]) found.push(...wrongIn(file, files[file], files[`${part}en.json`]));
      else found.push(`${file} is not there`);
    }
  }
  for (const file of Object.keys(files)) if (!parts.includes(partOf(file))) found.push(`${file}: there is no ${partOf(file)}en.json`);
  return found;
}

/** The chat's words in a language as it takes them (see `Pack`), as a script. */
export function pack(files, language, version) {
  const inOrder = (part) => Object.keys(files[`${part}en.json`]).map((key) => files[`${part}${language}.json`][key]);
  return `document.currentScript.nightdesk.take(${JSON.stringify([version, inOrder(""), inOrder("more.")])});\n`;
}
