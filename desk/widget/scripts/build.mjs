/**
 * Builds the one file that a clinic's page loads. With --check, builds and compares instead.
 * Fails when the file is larger than visitors on a slow line should have to load.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";
import { parse } from "yaml";

const MOST_GZIP_BYTES = 15_000;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const OUT = here("../../nightdesk_desk/static/widget.js");
const LINES = here("../../../data/safety/crisis_lines.yml");

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
        }).filter(([, value]) => value),
      ),
    ]),
  );
}

const smallStyles = {
  name: "small-styles",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** In our templates the white space at the beginning of a line means nothing. */
const noIndents = {
  name: "no-indents",
  setup(builder) {
    builder.onLoad({ filter: /src\/\w+\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/^ +/gm, ""),
      loader: "ts",
    }));
  },
};

/**
 * What we leave out of Lit: its door for polyfills, which no browser that we build for needs, and the note of
 * its version that only its own development build reads; templates that are SVG or MathML as a whole; and
 * values within the text of a <textarea> or <style>, which no template of ours has.
 */
const PLUMBING = [
  [/=\w+\.litHtmlPolyfillSupport;\w+\?\.\(\w+,\w+\),\(\w+\.litHtmlVersions\?\?=\[\]\)\.push\("[\d.]+"\);/, "=0;"],
  [/,\w=\w\(2\),\w=\w\(3\)/, ""],
  [/\w as mathml,/, ""],
  [/,\w as svg\b/, ""],
  [/2===\w\?"<svg>":3===\w\?"<math>":""/, '""'],
  [/\+\(2===\w\?"<\/svg>":3===\w\?"<\/math>":""\)/, ""],
  [/,2===\w\|\|3===\w\)\{const \w=this\.el\.content\.firstChild;\w\.replaceWith\(\.\.\.\w\.childNodes\)\}/, ");"],
  [/if\(\w\.test\(\w\.tagName\)\)\{.*?\}\}(?=\}else if\(8===)/, ""],
];
const withoutPlumbing = {
  name: "without-plumbing",
  setup(builder) {
    builder.onLoad({ filter: /lit-html\/lit-html\.js$/ }, async ({ path }) => {
      let source = await readFile(path, "utf8");
      for (const [pattern, left] of PLUMBING) {
        if (!pattern.test(source)) throw new Error(`lit-html has changed: look for ${pattern} in build.mjs`);
        source = source.replace(pattern, left);
      }
      return { contents: source, loader: "js" };
    });
  },
};

/** Some of our own properties: neither the browser's nor the desk's, and never stored. */
const OWN = ["counter", "distrustStream", "earlier", "elsewhere", "emergency", "nudge", "openNow", "passing", "words", "yesterday"];

/** Names that only the bundle knows: Lit's inner ones, ours, and our strings' keys that have a "_". */
async function innerNames() {
  const words = JSON.parse(await readFile(here("../strings/en.json"), "utf8"));
  const keys = Object.keys(words).filter((key) => key.includes("_"));
  return new RegExp(`^(_\\$.*|${[...OWN, ...keys].join("|")})$`);
}

const BANNER = "/* Nightdesk, Apache-2.0. Lit (c) Google LLC, BSD-3-Clause. */";
const result = await build({
  entryPoints: [here("../src/main.ts")],
  bundle: true,
  write: false,
  format: "iife",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  target: ["chrome93", "firefox92", "safari15.4"],
  define: { __CRISIS_LINES__: JSON.stringify(await crisisLines()) },
  plugins: [smallStyles, noIndents, withoutPlumbing],
});
const { code } = await minify(result.outputFiles[0].text, {
  ecma: 2020,
  compress: { passes: 3 },
  mangle: { properties: { regex: await innerNames() } },
  format: { preamble: BANNER, ascii_only: false },
});
const bundle = Buffer.from(`${code}\n`);
const gzip = gzipSync(bundle, { level: 9 }).length;
const integrity = `sha384-${createHash("sha384").update(bundle).digest("base64")}`;

if (process.argv.includes("--check")) {
  const kept = await readFile(OUT).catch(() => Buffer.alloc(0));
  if (!kept.equals(bundle)) {
    console.error("static/widget.js is not what the sources give. Run: npm run build");
    process.exitCode = 1;
  }
} else {
  await writeFile(OUT, bundle);
}
console.log(`widget.js: ${bundle.length} bytes, ${gzip} gzipped\nintegrity: ${integrity}`);
if (gzip > MOST_GZIP_BYTES) {
  console.error(`more than ${MOST_GZIP_BYTES} bytes gzipped`);
  process.exitCode = 1;
}
