/* sound.js with a browser's parts made by hand. Run by test_inbox_scripts.py. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const CODE = readFileSync(process.env.SCRIPT, "utf8");

const newTab = (locks, kept = new Map([["nightdesk.sound", "on"]])) => {
  const tab = { tones: 0, timers: [], heard: {} };
  const element = () => ({ dataset: {}, textContent: "", addEventListener() {} });
  const parts = { sound: element(), "sound-said": element(), "sound-blocked": element(), calls: element() };
  parts.calls.dataset.keys = "";
  const gain = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
  const joined = { connect: () => joined };
  vm.runInNewContext(CODE, {
    AbortController,
    navigator: { locks },
    localStorage: { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) },
    window: { addEventListener() {} },
    document: {
      getElementById: (id) => parts[id] ?? null,
      querySelectorAll: () => [],
      addEventListener() {},
      body: { dataset: {}, addEventListener: (name, act) => { tab.heard[name] = act; } },
    },
    AudioContext: class {
      state = "running";
      currentTime = 0;
      createOscillator() {
        tab.tones += 1;
        return { frequency: {}, connect: () => joined, start() {}, stop() {} };
      }
      createGain() { return { gain, connect: () => joined }; }
    },
    setInterval() {},
    setTimeout: (act) => tab.timers.push(act),
    clearTimeout() {},
  });
  tab.settle = async () => { for (let i = 0; i < 20; i += 1) await null; };
  tab.call = async (keys) => {
    parts.calls.dataset.keys = keys;
    tab.heard["htmx:afterSettle"]();
    await tab.settle();
  };
  return tab;
};

const free = { request: async (_name, _options, act) => act({}) };
/* Another tab has its turn and hangs. */
const stuck = {
  request: (_name, options) => new Promise((_done, refuse) => {
    if (options.signal) options.signal.addEventListener("abort", () => refuse(options.signal.reason));
  }),
};

test("of two tabs one plays", async () => {
  const kept = new Map([["nightdesk.sound", "on"]]);
  const tabs = [newTab(free, kept), newTab(free, kept)];
  for (const tab of tabs) await tab.settle();
  for (const tab of tabs) await tab.call("P1-7");
  assert.deepEqual(tabs.map((tab) => tab.tones), [2, 0]);
});

test("a tab that hangs does not silence the others", async () => {
  const tab = newTab(stuck);
  await tab.call("P0-7");
  assert.equal(tab.tones, 0);
  for (const act of tab.timers) act();
  await tab.settle();
  assert.equal(tab.tones, 4);
});

test("without locks it plays", async () => {
  const tab = newTab(undefined);
  await tab.call("P1-7");
  assert.equal(tab.tones, 2);
});
