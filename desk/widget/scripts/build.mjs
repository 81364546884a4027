/**
 * Builds the file that a clinic's page loads (the launcher), the chat that it loads in turn, and what the chat
 * loads when it is opened; and the npm package, in dist/. With --check, builds and compares instead; with --package,
 * writes the package alone. Fails when a file is larger than visitors on a slow line should have to load, or when the
 * launcher is not for old browsers.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parse as parseScript } from "acorn";
import { build, transform } from "esbuild";
import { minify } from "terser";
import { parse } from "yaml";
import { MODULE, writePackage } from "./package.mjs";
import { otherLanguages, pack, readStrings, stringProblems } from "./strings.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** Browsers in which the chat works. The launcher works in all that know ECMAScript 2015, and tells them apart. */
const CHAT = ["chrome93", "firefox92", "safari15.4"];
/** `most`: bytes, gzipped (15 kB are 15,360). The style sheets of old browsers are for the first ones with shadow roots. */
const FILES = [
  { name: "widget.js", entry: "../src/launcher/main.ts", format: "iife", target: "es2015", styles: ["chrome53", "firefox63", "safari10"], most: 8_000 },
  { name: "widget-chat.js", entry: "../src/chat_main.ts", format: "iife", target: CHAT, styles: CHAT, most: 15_360 },
  { name: "widget-more.js", entry: "../src/more/start.ts", format: "esm", target: CHAT, styles: CHAT, most: 7_500 },
];
/** The chat's words in another language than English. */
const MOST_OF_LANGUAGE = 2_000;
const OUT = "../../nightdesk_desk/static/";
const LINES = here("../../../data/safety/crisis_lines.yml");

/** What somebody who speaks Spanish does otherwise; undefined where that is nothing. */
function spanish({ crisis_press_es, crisis_text_es }) {
  const other = Object.entries({ press: crisis_press_es, text: crisis_text_es }).filter(([, value]) => value);
  return other.length ? Object.fromEntries(other) : undefined;
}

/** Crisis lines by country: they have to work when the desk cannot be reached. */
async function crisisLines() {
  const { countries } = parse(await readFile(LINES, "utf8"));
  return Object.fromEntries(
    Object.entries(countries).map(([country, row]) => [
      country,
      // Without what is empty, and without poison help, which only texts of the desk name.
      Object.fromEntries(
        Object.entries({
          emergency: row.emergency,
          call: row.crisis_call,
          text: row.crisis_text,
          chat: row.crisis_chat_url,
          es: spanish(row),
        }).filter(([, value]) => value),
      ),
    ]),
  );
}

const smallStyles = (target) => ({
  name: "small-styles",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true, target });
      // It leaves the white space of custom properties, which means nothing.
      return { contents: code.trim().replace(/(--[\w-]+[:,]) /g, "$1"), loader: "text" };
    });
  },
});

/** In our templates the white space at the beginning of a line means nothing. */
const noIndents = {
  name: "no-indents",
  setup(builder) {
    builder.onLoad({ filter: /src\/(more\/)?\w+\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/^ +/gm, ""),
      loader: "ts",
    }));
  },
};

/** What the launcher hands over to the chat (see handover.ts), which does not bring it a second time. */
const HANDED = {
  links: ["NUMBER", "telHref", "smsHref", "webHref"],
  settings: ["field", "words"],
  fill: ["fill"],
  styles: ["dress"],
};
const handedOver = {
  name: "handed-over",
  setup(builder) {
    builder.onLoad({ filter: new RegExp(`src/(${Object.keys(HANDED).join("|")})\\.ts$`) }, ({ path }) => ({
      contents: `export const { ${HANDED[/(\w+)\.ts$/.exec(path)[1]]} } = document.currentScript.nightdesk;`,
      loader: "ts",
    }));
  },
};

/** Stands for the version until all files are there to be hashed; as long as it, and no word of ours. */
const NO_VERSION = "0ther-42";
const BANNER = "/* Nightdesk, Apache-2.0. Lit (c) Google LLC, BSD-3-Clause. */";

/** Two copies of Lit do not know each other's templates: the chat hands its own over. */
function oneLit(name, inputs, chat) {
  const lit = chat ? [] : inputs.filter((input) => input.includes("/lit-html/"));
  if (lit.length) throw new Error(`${name} must not bring ${lit.join(", ")}`);
}

/** One file's code, without its version. */
async function bundle({ name, entry, format, target, styles }, lines) {
  const chat = name === "widget-chat.js";
  const result = await build({
    entryPoints: [here(entry)],
    bundle: true,
    write: false,
    metafile: true,
    format,
    minify: true,
    charset: "utf8",
    legalComments: "none",
    target,
    define: { __CRISIS_LINES__: lines, __VERSION__: JSON.stringify(NO_VERSION) },
    plugins: [smallStyles(styles), ...(chat ? [handedOver] : []), noIndents],
  });
  oneLit(name, Object.keys(result.metafile.inputs), chat);
  const { code } = await minify(result.outputFiles[0].text, {
    ecma: target === CHAT ? 2020 : 2015,
    module: format === "esm",
    compress: { passes: 3 },
    format: { preamble: BANNER, ascii_only: false },
  });
  return `${code}\n`;
}

function fail(words) {
  console.error(words);
  process.exitCode = 1;
}

const words = await readStrings(new URL("../strings/", import.meta.url));
const wrong = stringProblems(words);
if (wrong.length) {
  wrong.forEach((problem) => fail(`strings/${problem}`));
  process.exit();
}
const lines = JSON.stringify(await crisisLines());
const codes = await Promise.all(FILES.map((file) => bundle(file, lines)));
for (const language of otherLanguages(words)) {
  FILES.push({ name: `widget-${language}.js`, most: MOST_OF_LANGUAGE });
  codes.push(`${BANNER}\n${pack(words, language, NO_VERSION)}`);
}
const [first] = FILES;
const module = await bundle({ ...first, ...MODULE }, lines);
const version = createHash("sha256").update(codes.join("")).digest("hex").slice(0, NO_VERSION.length);

// An old browser reads nothing of a script with a word in it that it does not know.
parseScript(codes[0], { ecmaVersion: 2015, sourceType: "script" });

if (!process.argv.includes("--check")) await writePackage(module.replaceAll(NO_VERSION, version));
if (process.argv.includes("--package")) process.exit();

const sizes = [];
for (const [index, { name, most }] of FILES.entries()) {
  const made = Buffer.from(codes[index].replaceAll(NO_VERSION, version));
  const out = here(OUT + name);
  if (process.argv.includes("--check")) {
    const kept = await readFile(out).catch(() => Buffer.alloc(0));
    if (!kept.equals(made)) fail(`static/${name} is not what the sources give. Run: npm run build`);
  } else {
    await writeFile(out, made);
  }
  const gzip = gzipSync(made, { level: 9 }).length;
  sizes.push(gzip);
  const integrity = `sha384-${createHash("sha384").update(made).digest("base64")}`;
  console.log(`${name}: ${made.length} bytes, ${gzip} gzipped (at most ${most})\nintegrity: ${integrity}`);
  if (gzip > most) fail(`${name}: more than ${most} bytes gzipped`);
}
const [launcher, chat, more] = sizes;
console.log(`launcher and chat: ${launcher + chat} bytes gzipped; all three: ${launcher + chat + more}`);
