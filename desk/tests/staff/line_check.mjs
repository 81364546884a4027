/* line.js with a browser's parts made by hand, and time that passes when it is told to. Run by test_inbox_scripts.py. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const CODE = readFileSync(process.env.SCRIPT, "utf8");

class Source extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 2;
  readyState = 0;

  constructor(url, options) {
    super();
    Object.assign(this, { url, options });
  }
  close() { this.readyState = 2; }
  open() {
    this.readyState = 1;
    this.onopen(new Event("open"));
  }
  say(name, data = name) { this.dispatchEvent(new MessageEvent(name, { data })); }
  fail(state) {
    this.readyState = state;
    this.onerror(new Event("error"));
  }
}

/* Locks of one browser, whichever tab asks. */
const newLocks = () => {
  const held = new Set();
  return {
    held,
    async request(name, options, act) {
      assert.ok(options.ifAvailable);
      if (held.has(name)) return act(null);
      held.add(name);
      try {
        return await act({ name });
      } finally {
        held.delete(name);
      }
    },
  };
};

const newTab = (locks, protocol = "http/1.1") => {
  const tab = { now: 1e6, timers: new Map(), sources: [] };
  let last = 0;
  const htmx = {};
  class TabSource extends Source {
    constructor(...given) {
      super(...given);
      tab.sources.push(this);
    }
  }
  vm.runInNewContext(CODE, {
    htmx, Event, EventTarget, MessageEvent, EventSource: TabSource, Promise,
    navigator: { locks },
    performance: { getEntriesByType: () => [{ nextHopProtocol: protocol }] },
    Date: { now: () => tab.now },
    setInterval: (act, ms) => tab.timers.set(++last, { act, ms, due: tab.now + ms }) && last,
    clearInterval: (id) => tab.timers.delete(id),
  });
  const settle = async () => { for (let i = 0; i < 50; i += 1) await null; };
  tab.settle = settle;
  tab.begin = () => htmx.createEventSource("/inbox/stream?seen=x");
  tab.pass = async (ms) => {
    const end = tab.now + ms;
    while (tab.now < end) {
      tab.now += 500;
      for (const timer of [...tab.timers.values()]) {
        if (tab.now < timer.due) continue;
        timer.due += timer.ms;
        timer.act();
        await settle();
      }
    }
  };
  tab.connect = async () => {
    const line = tab.begin();
    tab.told = [];
    for (const name of ["changed", "typing", "signed-out", "beat"]) {
      line.addEventListener(name, (event) => tab.told.push(`${name}: ${event.data}`));
    }
    line.onopen = () => tab.told.push("open");
    line.onerror = () => tab.told.push(`error ${line.readyState}`);
    await settle();
    return line;
  };
  return tab;
};

test("what the desk says is passed on", async () => {
  const tab = newTab(newLocks());
  const line = await tab.connect();
  const [source] = tab.sources;
  assert.equal(source.url, "/inbox/stream?seen=x");
  assert.equal(source.options.withCredentials, true);
  assert.equal(line.readyState, 0);
  source.open();
  assert.equal(line.readyState, 1);
  source.say("changed");
  source.say("beat");
  source.say("typing", "The visitor is writing…");
  source.say("signed-out");
  assert.deepEqual(tab.told, [
    "open", "changed: changed", "typing: The visitor is writing…", "signed-out: signed-out",
  ]);
});

test("a line that is silent for too long counts as lost, one with beats does not", async () => {
  const tab = newTab(newLocks());
  const line = await tab.connect();
  tab.sources[0].open();
  for (let i = 0; i < 20; i += 1) {
    await tab.pass(5000);
    tab.sources[0].say("beat");
  }
  assert.deepEqual(tab.told, ["open"]);
  await tab.pass(20000);
  assert.deepEqual(tab.told, ["open", "error 2"]);
  assert.equal(line.readyState, 2);
  assert.equal(tab.sources[0].readyState, 2);
  assert.equal(tab.timers.size, 0);
});

test("an attempt to connect that hangs counts as lost too", async () => {
  const tab = newTab(newLocks());
  await tab.connect();
  await tab.pass(20000);
  assert.deepEqual(tab.told, ["error 2"]);
});

test("the browser's own new attempts are left alone", async () => {
  const tab = newTab(newLocks());
  const line = await tab.connect();
  for (let i = 0; i < 20; i += 1) {
    tab.sources[0].fail(0);
    assert.equal(line.readyState, 0);
    await tab.pass(3000);
  }
  assert.ok(tab.told.every((told) => told === "error 0"));
  tab.sources[0].open();
  assert.equal(tab.told.at(-1), "open");
});

test("a line that the browser gives up is given up, and its place is free again", async () => {
  const locks = newLocks();
  const tab = newTab(locks);
  await tab.connect();
  assert.equal(locks.held.size, 1);
  tab.sources[0].fail(2);
  await tab.pass(500);
  assert.deepEqual(tab.told, ["error 2"]);
  assert.equal(locks.held.size, 0);
  assert.equal(tab.timers.size, 0);
});

test("tabs beyond the fourth ask, until one of the four is closed", async () => {
  const locks = newLocks();
  const tabs = Array.from({ length: 6 }, () => newTab(locks));
  const lines = [];
  for (const tab of tabs) lines.push(await tab.connect());
  assert.deepEqual(tabs.map((tab) => tab.sources.length), [1, 1, 1, 1, 0, 0]);
  const fifth = tabs[4];
  assert.deepEqual(fifth.told, ["open"]);
  await fifth.pass(12000);
  assert.deepEqual(fifth.told, ["open", ...Array(3).fill("changed: changed")]);
  lines[1].close();
  await tabs[1].pass(500);
  await fifth.pass(4000);
  assert.equal(fifth.sources.length, 1);
  await tabs[5].pass(4000);
  assert.equal(tabs[5].sources.length, 0);
  const before = fifth.told.length;
  await fifth.pass(8000);
  assert.equal(fifth.told.length, before);
  lines[4].close();
  lines[5].close();
  await tabs[5].pass(8000);
  assert.equal(tabs[5].timers.size, 0);
});

for (const protocol of ["h2", "h3"]) {
  test(`over ${protocol} every tab has a line`, async () => {
    const locks = newLocks();
    const tabs = Array.from({ length: 8 }, () => newTab(locks, protocol));
    for (const tab of tabs) await tab.connect();
    assert.ok(tabs.every((tab) => tab.sources.length === 1));
    assert.equal(locks.held.size, 0);
  });
}

test("without locks (a plain address) every tab has a line", async () => {
  const tab = newTab(undefined);
  await tab.connect();
  assert.equal(tab.sources.length, 1);
});

test("a line closed before its place is known opens nothing and holds nothing", async () => {
  const locks = newLocks();
  const tab = newTab(locks);
  tab.begin().close();
  await tab.settle();
  assert.equal(tab.sources.length, 0);
  assert.equal(locks.held.size, 0);
});
