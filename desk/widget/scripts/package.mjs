/** What `npm pack` takes: the launcher as a module, and the types of what it gives. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What the package's module is made of, as build.mjs makes it. */
export const MODULE = { name: "dist/index.js", entry: "../src/package.ts", format: "esm" };

/** Write it to dist/. */
export async function writePackage(code) {
  await rm(here("dist"), { recursive: true, force: true });
  await mkdir(here("dist"));
  await writeFile(here(MODULE.name), code);
  await promisify(execFile)(here("node_modules/.bin/tsc"), ["-p", here("tsconfig.package.json")]);
  await copyFile(here("dist/types/src/package.d.ts"), here("dist/index.d.ts"));
  await rm(here("dist/types"), { recursive: true });
  await copyFile(here("../../LICENSE"), here("dist/LICENSE"));
}
