/** The package as somebody gets it: packed, unpacked elsewhere, used by a small program. Nothing is asked of a network. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const TSC = resolve("node_modules/.bin/tsc");
let folder: string;
let inside: string;

const PROGRAM = `
import { mount, type Chat, type Options } from "@nightdesk/widget";

const options: Options = { desk: "https://desk.example", lang: "es", title: "Ask us", position: "left", color: "#146", open: true };
const chat: Chat = mount(options);
chat.open();
chat.close();
chat.remove();
mount({ desk: "https://desk.example" }).open();
// @ts-expect-error the desk's address is needed
mount({});
// @ts-expect-error there is left and right
mount({ desk: "https://desk.example", position: "top" });
// @ts-expect-error it has another name
mount({ desk: "https://desk.example" }).shut();
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nightdesk-widget-"));
  inside = join(folder, "node_modules/@nightdesk/widget");
  mkdirSync(inside, { recursive: true });
  const env = { ...process.env, npm_config_offline: "true", npm_config_update_notifier: "false", npm_config_cache: join(folder, "cache") };
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { env, stdio: "pipe" });
  const packed = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  expect(packed).toEqual(["nightdesk-widget-0.1.0.tgz"]);
  execFileSync("tar", ["-xzf", join(folder, packed[0] as string), "-C", inside, "--strip-components=1"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says of a program; empty when it has no complaint. */
function complaints(program: string, ...how: string[]): string {
  writeFileSync(join(folder, "program.ts"), program);
  const options = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2022,dom", "--types", "", ...how];
  try {
    execFileSync(TSC, [...options, "program.ts"], { cwd: folder, stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { stdout: Buffer }).stdout);
  }
}

describe("the npm package", () => {
  it("holds what is needed and nothing else, and asks for no other package", () => {
    const files = readdirSync(inside, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual(["LICENSE", "README.md", "index.d.ts", "index.js", "package.json"]);
    const about = JSON.parse(readFileSync(join(inside, "package.json"), "utf8")) as Record<string, unknown>;
    expect(about).toMatchObject({ name: "@nightdesk/widget", private: true, type: "module" });
    expect([about["dependencies"], about["peerDependencies"]]).toEqual([undefined, undefined]);
  });

  it.each([
    ["bundlers", ["--module", "esnext", "--moduleResolution", "bundler"]],
    ["Node", ["--module", "nodenext"]],
  ])("has types, as %s look for them", (_, how) => {
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
    expect(complaints(PROGRAM, ...how)).toBe("");
  });

  it("is bundled with the page's own scripts, whole", async () => {
    writeFileSync(join(folder, "program.ts"), PROGRAM);
    const made = await build({ entryPoints: [join(folder, "program.ts")], bundle: true, write: false, minify: true, format: "esm", metafile: true });
    const code = made.outputFiles[0]?.text ?? "";
    expect(code).toContain("nightdesk-chat");
    expect(Object.values(made.metafile.outputs)[0]?.imports).toEqual([]);
    // Loaded where there is no page, as a server that draws one does.
    writeFileSync(join(folder, "load.mjs"), `import { mount } from "@nightdesk/widget"; console.log(typeof mount);`);
    expect(execFileSync(process.execPath, ["load.mjs"], { cwd: folder }).toString().trim()).toBe("function");
  });
});
