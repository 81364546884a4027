/**
 * Builds the one file that a clinic's page loads. With --check, builds and compares instead.
 * Fails when the file is larger than visitors on a slow line should have to load.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
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
      {
        emergency: row.emergency,
        call: row.crisis_call,
        text: row.crisis_text,
        chat: row.crisis_chat_url,
        poison: row.poison,
      },
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
  plugins: [smallStyles],
  banner: { js: "/* Nightdesk widget. Apache-2.0. Holds Lit, BSD-3-Clause, (c) Google LLC. */" },
});
const bundle = Buffer.from(result.outputFiles[0].contents);
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
