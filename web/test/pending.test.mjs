// This file tests what waits for a server: that it is kept while offline, shared by tabs, sent in its order, and each
// person's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../dist/server/queue.js";
import { connect } from "../dist/replica.js";
import { actor, assertFollows, engine, open, pace, setting, until } from "./support/replica.mjs";
import { Proxy, Server } from "./support/server.mjs";
import { memoryStorage } from "./support/storage.mjs";
import { add, note, shut, tally, unlock } from "./support/tally.mjs";

open();

test("what is proposed offline is kept, and sent in order when the server is back", async (t) => {
  const { proxy, join, log, other } = await setting(t);
  const replica = await join();
  proxy.fault = () => "refuse";
  proxy.cut();
  await until(() => replica.status === "offline");
  assert.equal(replica.reason.code, "replica/unreachable");
  const all = [note("1"), add(1), add(2), note("2")].map((intent) => replica.propose(intent));
  assert.equal(replica.view().state.total, 3);
  assert.equal(replica.can("add", { n: 1 }), true);
  await other(add(10));
  await other(shut);
  proxy.fault = () => undefined;
  const outcomes = await Promise.all(all.map(({ settled }) => settled));
  assert.deepEqual(
    outcomes.map(({ outcome, error }) => error?.code ?? outcome),
    ["confirmed", "replica/conflict", "replica/conflict", "confirmed"],
  );
  assert.deepEqual(
    (await log()).map((text) => JSON.parse(text).action),
    ["add", "shut", "note", "note"],
  );
  assert.equal(replica.view().state.total, 10);
  await assertFollows(replica, log);
});

test("the server dies and comes back", async (t) => {
  const mine = await Server.start(t, [tally]);
  const proxy = await Proxy.start(t, mine);
  await mine.create("a", "tally@1.0.0");
  const replica = await connect(engine, proxy.url, "a", { actor, pace });
  t.after(() => replica.close());
  await replica.propose(add(1)).settled;
  const pending = replica.propose(add(2));
  await mine.kill();
  const later = replica.propose(add(3));
  await until(() => replica.status === "offline");
  await mine.begin();
  assert.deepEqual([(await pending.settled).outcome, (await later.settled).outcome], ["confirmed", "confirmed"]);
  assert.equal(replica.view().state.total, 6);
  assert.equal((await mine.log("a")).length, 3);
});

test("a tab that is closed with proposals unsent loses none of them", async (t) => {
  const { proxy, join, log } = await setting(t);
  const storage = memoryStorage();
  const replica = await join({ storage });
  proxy.fault = ({ method }) => (method === "POST" ? "refuse" : undefined);
  const all = [replica.propose(add(1)), replica.propose(add(2))];
  replica.close();
  assert.deepEqual(await Promise.all(all.map(async ({ settled }) => (await settled).error.code)), [
    "replica/closed",
    "replica/closed",
  ]);
  assert.throws(() => replica.propose(add(1)), { code: "replica/closed" });
  assert.equal(replica.can("add", { n: 1 }), false);
  proxy.fault = () => undefined;
  const other = await join({ storage, actor: { kind: "user", id: "someone else" } });
  assert.deepEqual(other.pending, []);
  const next = await join({ storage });
  await until(() => next.told.settled.length === 2);
  assert.deepEqual(
    next.told.settled.map(({ outcome, pending }) => [outcome, pending.own, pending.args.n]),
    [
      ["confirmed", false, 1],
      ["confirmed", false, 2],
    ],
  );
  assert.equal(storage.length, 0);
  await assertFollows(next, log);
});

test("a storage that is full, or holds rubbish, is named, and loses nothing that is in memory", async (t) => {
  const { join, log } = await setting(t);
  const full = {
    ...memoryStorage(),
    setItem() {
      throw new DOMException("no space", "QuotaExceededError");
    },
  };
  const replica = await join({ storage: full });
  assert.equal((await replica.propose(add(1)).settled).outcome, "confirmed");
  assert.equal(replica.told.storage[0].code, "replica/storage");
  const storage = memoryStorage();
  const probe = await join({ storage });
  storage.setItem = (
    (set) => (name, value) =>
      set(name, name.includes("lease") ? value : "{not json")
  )(storage.setItem);
  assert.equal((await probe.propose(add(2)).settled).outcome, "confirmed");
  const broken = memoryStorage();
  const writer = await join({ storage: broken });
  let name;
  broken.setItem = ((set) => (n, value) => {
    if (!n.includes("lease")) name = n;
    set(n, value);
  })(broken.setItem);
  await writer.propose(note("x")).settled;
  broken.setItem(name, "{not json");
  const reader = await join({ storage: broken });
  await until(() => reader.told.storage.length === 1 || broken.getItem(name) === null);
  assert.equal(broken.getItem(name), null);
  assert.deepEqual(reader.pending, []);
  await assertFollows(reader, log);
});

test("two tabs share what is confirmed and what waits, and one of them sends", async (t) => {
  const { proxy, join, log } = await setting(t);
  const storage = memoryStorage();
  const [a, b] = [await join({ storage }), await join({ storage })];
  proxy.fault = ({ kind, method }) => (method === "POST" || kind === "events" ? "refuse" : undefined);
  proxy.cut();
  const first = a.propose(add(1));
  const second = b.propose(add(2));
  await until(() => a.pending.length === 2 && b.pending.length === 2);
  assert.deepEqual([a.view().state.total, b.view().state.total], [3, 3]);
  proxy.fault = ({ kind }) => (kind === "events" ? "refuse" : undefined);
  const settled = await Promise.all([first.settled, second.settled]);
  assert.deepEqual(
    settled.map(({ outcome }) => outcome),
    ["confirmed", "confirmed"],
  );
  await assertFollows(a, log);
  await assertFollows(b, log);
  await until(() => a.pending.length + b.pending.length === 0);
  assert.equal((await log()).length, 2);
  // A tab that is closed leaves its proposals to the other.
  proxy.fault = ({ kind, method }) => (method === "POST" || kind === "events" ? "refuse" : undefined);
  a.propose(add(3));
  await until(() => b.pending.length === 1);
  a.close();
  proxy.fault = () => undefined;
  await until(() => b.confirmed().state.total === 6);
  await until(() => b.pending.length === 0);
  await assertFollows(b, log);
});

test("what another tab finds refused is refused in the tab that proposed it", async (t) => {
  const { proxy, join, log } = await setting(t);
  const storage = memoryStorage();
  const refusal = {
    status: 403,
    headers: { "content-type": "application/problem+json" },
    body: '{"code":"auth/role","detail":"because"}',
  };
  const [a, b] = [await join({ storage, token: () => "a" }), await join({ storage, token: () => "b" })];
  proxy.fault = ({ method, headers }) =>
    headers.authorization === "Bearer a" ? "refuse" : method === "POST" ? refusal : undefined;
  proxy.cut();
  await until(() => a.status === "offline");
  const { outcome, error } = await a.propose(add(1)).settled;
  assert.deepEqual([outcome, error.code, error.message], ["refused", "auth/role", "because"]);
  await until(() => b.told.settled.length === 1);
  assert.deepEqual([b.told.settled[0].outcome, b.told.settled[0].pending.own], ["refused", false]);
  assert.deepEqual([a.pending.length, b.pending.length, storage.length], [0, 0, 0]);
  assert.equal((await log()).length, 0);
  // A tab that is gone reads no word that is left for it; after a day it is not kept.
  a.close();
  proxy.fault = ({ method }) => (method === "POST" ? "refuse" : undefined);
  const gone = await join({ storage, token: () => "a" });
  gone.propose(add(1));
  gone.close();
  proxy.fault = ({ method }) => (method === "POST" ? refusal : undefined);
  await until(() => b.told.settled.length === 2);
  const left = () =>
    [...Array(storage.length).keys()].map(storage.key).filter((name) => name.startsWith("holdfast.queue "));
  assert.equal(left().length, 1);
  const [name] = left();
  const text = storage.getItem(name);
  const { refused, ...rest } = JSON.parse(text);
  storage.setItem(name, JSON.stringify({ ...rest, refused: { ...refused, at: 1 } }));
  await join({ storage });
  assert.equal(left().length, 0);
});

test("tabs tell each other decisions, and believe none of it", async (t) => {
  const { proxy, join, other, log, id } = await setting(t);
  const [a, b] = [await join(), await join()];
  const channel = new BroadcastChannel(nameOf("tabs", { server: proxy.url, session: id }));
  t.after(() => channel.close());
  const bundle = engine.bundle(tally);
  const fork = bundle.open(id);
  const invented = fork.decide({ action: "add", actor, args: { n: 9 }, at: Date.now(), reasons: ["request"] }).text;
  channel.postMessage({ type: "decision", text: invented.replace('"to":9', '"to":8') });
  channel.postMessage({ type: "decision", text: "nonsense" });
  channel.postMessage({ type: "settled", key: "no such", text: "nonsense" });
  await other(add(1));
  await assertFollows(a, log);
  await assertFollows(b, log);
  assert.deepEqual([a.status === "stopped", b.status === "stopped"], [false, false]);
});

for (const [what, clock] of [
  ["set back", (i) => -i * 10_000],
  ["set back by an hour once", (i) => (i < 2 ? 0 : -3_600_000)],
  ["set forward and back", (i) => (i % 2) * 3_600_000],
  ["set forward by a day", (i) => i * 86_400_000],
  ["standing still", () => undefined],
])
  test(`what waits is sent in its order, by two tabs and a later page, with a clock ${what}`, async (t) => {
    const { now } = Date;
    t.after(() => (Date.now = now));
    const { proxy, join, other, log } = await setting(t);
    const storage = memoryStorage();
    await other(shut);
    const tabs = [await join({ storage }), await join({ storage })];
    proxy.fault = ({ kind, method }) => (method === "POST" || kind === "events" ? "refuse" : undefined);
    proxy.cut();
    const began = now();
    const all = [];
    for (const [i, intent] of [unlock, add(1), shut, unlock, add(2), note("x")].entries()) {
      const by = clock(i);
      Date.now = () => (by === undefined ? began : now() + by);
      await until(() => tabs.every(({ pending }) => pending.length === i));
      all.push(tabs[i % 2].propose(intent));
    }
    assert.deepEqual(
      all.map(({ shown }) => shown),
      Array(6).fill("commit"),
    );
    const { at } = tabs[0].confirmed();
    for (const { pending } of tabs) {
      const times = [at, ...pending.map(({ guess }) => guess.document.at)];
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      );
    }
    tabs[0].close();
    proxy.fault = () => undefined;
    await join({ storage });
    await until(async () => (await log()).length === 7);
    assert.deepEqual(
      (await log())
        .slice(1)
        .map((text) => JSON.parse(text))
        .map(({ action, verdict }) => [action, verdict]),
      ["unlock", "add", "shut", "unlock", "add", "note"].map((action) => [action, "commit"]),
    );
    await until(() => tabs[1].pending.length === 0);
    assert.equal(tabs[1].status === "stopped", false);
    await assertFollows(tabs[1], log);
  });

for (const [one, two] of [
  ["u1 b", "u1"],
  ["u1", "u1 b"],
  ["lee 1", "lee"],
  ["a:b", "a"],
  ["user:x", "x"],
  ["u%20b", "u b"],
  ["u1 lease", "u1"],
])
  test(`what ${JSON.stringify(one)} left unsent is not ${JSON.stringify(two)}'s, and is still there`, async (t) => {
    const { proxy, join, log } = await setting(t);
    const storage = memoryStorage();
    proxy.fault = ({ method }) => (method === "POST" ? "refuse" : undefined);
    const as = (id) => join({ storage, actor: { kind: "user", id } });
    const left = await as(one);
    left.propose(add(7));
    left.close();
    proxy.fault = () => undefined;
    const guest = await as(two);
    assert.deepEqual([guest.pending.length, guest.view().state.total], [0, 0]);
    assert.equal((await guest.propose(add(1)).settled).outcome, "confirmed");
    guest.close();
    const back = await as(one);
    await until(() => back.pending.length === 0);
    assert.deepEqual(
      (await log()).map((text) => JSON.parse(text)).map(({ actor, args }) => [actor.id, args.n]),
      [
        [two, 1],
        [one, 7],
      ],
    );
    assert.equal(storage.length, 0);
  });
