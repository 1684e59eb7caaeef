// This file tests the lock that tabs have where the platform has none.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { lease } from "../dist/server/lease.js";
import { memoryStorage } from "./support/storage.mjs";

const pace = { beat: 5, silence: 300, settle: 10, look: 10 };
const name = "holdfast.lease x";
const going = () => new AbortController().signal;
const turn = (millis = 1) => new Promise((done) => setTimeout(done, millis));

let jobs = [];
afterEach(() => {
  for (const { end } of jobs) end(); // also where an assertion has failed
  jobs = [];
});

/** A job under the lock that lasts until it is told to end. */
function job(storage, { signal = going(), ...more } = {}) {
  const one = { running: false, ended: false, held: undefined, end: undefined };
  const end = new Promise((done) => (one.end = done));
  jobs.push(one);
  one.done = lease(storage, { ...pace, ...more })(name, signal, async (held) => {
    Object.assign(one, { running: true, held });
    await end;
    one.running = false;
  }).then(() => (one.ended = true));
  return one;
}

async function until(fn) {
  for (let i = 0; i < 10_000 && !fn(); i++) await turn();
  assert.ok(fn(), String(fn));
}

test("of many tabs one runs at a time, and each gets its turn", async () => {
  const storage = memoryStorage();
  let running = 0;
  let most = 0;
  let runs = 0;
  const tab = async () => {
    const lock = lease(storage, pace);
    for (let i = 0; i < 3; i++)
      await lock(name, going(), async (held) => {
        most = Math.max(most, ++running);
        await turn(2);
        assert.equal(held(), true);
        running--;
        runs++;
      });
  };
  await Promise.all([tab(), tab(), tab(), tab()]);
  assert.deepEqual([most, runs, storage.length], [1, 12, 0]);
});

test("of two that write in the same instant one runs", async () => {
  // Each tab sees what the other has written only after a while, as tabs in two processes do.
  const all = [];
  const process = () => {
    const seen = new Map();
    all.push(seen);
    const change = (fn) => (fn(seen), void setTimeout(() => all.forEach(fn), 3));
    return {
      getItem: (key) => seen.get(key) ?? null,
      setItem: (key, value) => change((map) => map.set(key, value)),
      removeItem: (key) => change((map) => map.delete(key)),
    };
  };
  const tabs = [process(), process()].map((storage) => job(storage, { settle: 100 }));
  await until(() => tabs.some(({ running }) => running));
  await turn(250); // the other has looked several times
  assert.equal(tabs.filter(({ running }) => running).length, 1);
  const [first, second] = tabs[0].running ? tabs : [tabs[1], tabs[0]];
  first.end();
  await until(() => second.running);
  assert.equal(first.ended, true);
  second.end();
  await second.done;
});

for (const [what, clock] of [
  ["runs on", 1],
  ["is set back", -1e7],
  ["is set forward", 1e10],
  ["is at its beginning", -Date.now()],
])
  test(`a tab that is there keeps the lease, and one that is gone loses it, where the clock ${what}`, async (t) => {
    const { now } = Date;
    t.after(() => (Date.now = now));
    const storage = memoryStorage();
    const holder = job(storage);
    await until(() => holder.running);
    Date.now = () => now() + clock;
    const waiting = job(storage);
    await turn(3 * pace.silence); // beats come and go
    assert.deepEqual([holder.held(), waiting.running], [true, false]);
    holder.end();
    await until(() => waiting.running);
    waiting.end();
    await waiting.done;
    // This one has died, and nothing counts on.
    storage.setItem(name, `someone ${now() + 1e12}`);
    const heir = job(storage);
    await until(() => heir.running);
    heir.end();
    await heir.done;
    assert.equal(storage.length, 0);
  });

test("a tab that was taken for gone finds another's token, and leaves it there", async () => {
  const storage = memoryStorage();
  const slow = job(storage, { beat: 1e6 }); // its timers do not run
  await until(() => slow.running);
  const heir = job(storage);
  await until(() => heir.running);
  assert.equal(slow.held(), false);
  slow.end();
  await slow.done;
  assert.deepEqual([heir.held(), storage.length], [true, 1]);
  heir.end();
  await heir.done;
});

test("a tab that is put away leaves the lease at once, and does nothing more under it", async () => {
  const storage = memoryStorage();
  const control = new AbortController();
  const holder = job(storage, { signal: control.signal });
  await until(() => holder.running);
  control.abort();
  assert.deepEqual([storage.length, holder.held()], [0, false]);
  holder.end();
  await holder.done;
  assert.equal(storage.length, 0);
});

test("who waits can give up", async () => {
  const storage = memoryStorage();
  const holder = job(storage);
  await until(() => holder.running);
  const control = new AbortController();
  const waiting = job(storage, { signal: control.signal });
  await turn(30);
  control.abort();
  await waiting.done;
  assert.deepEqual([waiting.running, holder.held(), storage.length], [false, true, 1]);
  holder.end();
  await holder.done;
});

test("a lease that is removed meanwhile is written again, and one of another kind is taken for a token", async () => {
  const storage = memoryStorage();
  const holder = job(storage, { beat: 1e6 });
  await until(() => holder.running);
  storage.removeItem(name);
  assert.deepEqual([holder.held(), storage.length], [true, 1]);
  storage.setItem(name, "nonsense");
  assert.equal(holder.held(), false);
  const heir = job(storage);
  await until(() => heir.running);
  for (const one of [holder, heir]) one.end();
  await Promise.all([holder.done, heir.done]);
});

for (const [what, refusing] of [
  [
    "refuses to write",
    {
      setItem() {
        throw new Error("full");
      },
    },
  ],
  [
    "refuses everything",
    {
      getItem() {
        throw new Error("no");
      },
      setItem() {
        throw new Error("no");
      },
      removeItem() {
        throw new Error("no");
      },
    },
  ],
  ["keeps nothing", { setItem: () => undefined }],
])
  test(`a storage that ${what} keeps no tab from sending`, async () => {
    const one = job({ ...memoryStorage(), ...refusing });
    await until(() => one.running);
    assert.equal(one.held(), true);
    one.end();
    await one.done;
  });
