// This file tests what a replica takes from a server, and that one that lies is found out: nothing of it is shown, and
// nothing is allowed any more.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  actor,
  assertFollows,
  assertStopped,
  deaf,
  engine,
  lie,
  open,
  server,
  setting,
  until,
} from "./support/replica.mjs";
import { memoryStorage } from "./support/storage.mjs";
import { add, tally } from "./support/tally.mjs";

open();

test("an altered byte in an event ends the replica", async (t) => {
  const { proxy, join, other } = await setting(t);
  await other(add(100));
  proxy.fault = ({ kind }) => (kind === "events" ? { map: lie } : undefined);
  const replica = await join();
  await other(add(7));
  await assertStopped(replica, "replica/differs", { seq: 1, total: 100 });
  assert.equal(replica.told.confirmed.length, 0);
});

test("an altered byte in the log ends the replica, or keeps it from beginning", async (t) => {
  const { proxy, join, other } = await setting(t);
  await other(add(100));
  const replica = await join();
  proxy.fault = ({ kind }) => (kind === "events" ? "refuse" : kind.startsWith("decisions") ? { map: lie } : undefined);
  proxy.cut();
  await other(add(7));
  await assertStopped(replica, "replica/differs", { seq: 1, total: 100 });
  await assert.rejects(join(), { code: "replica/differs" });
});

test("an altered byte in an answer ends the replica, and leaves the proposal open", async (t) => {
  const { proxy, join, other } = await setting(t);
  await other(add(100));
  const storage = memoryStorage();
  proxy.fault = ({ kind, method }) =>
    kind === "events" ? { status: 405 } : method === "POST" ? { map: lie } : undefined;
  const replica = await join({ storage, pace: deaf });
  const pending = replica.propose(add(7));
  const { outcome, error } = await pending.settled;
  assert.deepEqual([outcome, error.code], ["open", "replica/differs"]);
  await assertStopped(replica, "replica/differs", { seq: 1, total: 100 });
  assert.equal(storage.length, 1);
  // An honest connection finds out what became of it.
  proxy.fault = () => undefined;
  const next = await join({ storage });
  await until(() => next.told.settled.length === 1);
  assert.deepEqual([next.told.settled[0].outcome, next.view().state.total, storage.length], ["confirmed", 107, 0]);
});

test("an answer about another proposal ends the replica", async (t) => {
  const { proxy, join, other } = await setting(t);
  const text = await other(add(100));
  const replica = await join();
  proxy.fault = ({ method }) =>
    method === "POST" ? { status: 201, headers: { "content-type": "application/json" }, body: text } : undefined;
  assert.equal((await replica.propose(add(7)).settled).outcome, "open");
  await assertStopped(replica, "replica/differs", { seq: 1, total: 100 });
});

test("a decision that the server invents beside its log ends the replica", async (t) => {
  const { proxy, join, other, id } = await setting(t);
  const replica = await join();
  // It is a good decision, as far as anyone can tell who does not see the log.
  const bundle = engine.bundle(tally);
  const fork = bundle.open(id);
  const invented = fork.decide({ action: "add", actor, args: { n: 50 }, at: Date.now(), reasons: ["request"] }).text;
  let told = false;
  const once = (text) => (told ? text : ((told = true), `event: decision\nid: 1\ndata: ${invented}\n\n`));
  proxy.fault = ({ kind }) => (kind === "events" && !told ? { map: once } : undefined);
  proxy.cut();
  await until(() => replica.status === "stopped" || replica.head.seq === 1);
  await other(add(100));
  await other(add(1));
  await assertStopped(replica, "replica/differs", { seq: 1, total: 50 });
});

test("a server that has lost decisions ends the replica", async (t) => {
  const { proxy, join, other } = await setting(t);
  await other(add(100));
  const replica = await join();
  proxy.fault = ({ kind }) =>
    kind === "events"
      ? "refuse"
      : kind === "decisions"
        ? { status: 200, headers: { "content-type": "application/jsonl", "holdfast-seq": "0" }, body: "" }
        : undefined;
  proxy.cut();
  await assertStopped(replica, "replica/differs", { seq: 1, total: 100 });
});

test("another bundle is refused, whether its name or its bytes are others", async (t) => {
  const { proxy, join } = await setting(t);
  await assert.rejects(join({ bundle: "sha256:" + "0".repeat(64) }), { code: "replica/bundle" });
  proxy.fault = ({ path }) =>
    path.startsWith("/v1/bundles/") ? { map: () => JSON.stringify({ ...tally, constraints: [] }) } : undefined;
  await assert.rejects(join(), { code: "replica/differs" });
  const bundle = engine.bundle(tally);
  assert.equal((await join({ bundle })).bundle, bundle);
  assert.equal((await join({ bundle })).status, "live");
  await assert.rejects(join({ keys: [] }), { code: /./ });
});

test("a snapshot is only a start: an old one is caught up with, a wrong one put aside", async (t) => {
  const { id, proxy, join, other, log } = await setting(t);
  for (let n = 1; n <= 3; n++) await other(add(n));
  const old = (await server.ask(`/v1/sessions/${id}/snapshot`)).text;
  for (let n = 4; n <= 6; n++) await other(add(n));
  const first = () =>
    Math.min(
      ...proxy.seen.filter(({ path }) => path.includes("from=")).map(({ path }) => Number(/from=(\d+)/.exec(path)[1])),
    );
  for (const [snapshot, from] of [
    [undefined, 1],
    [() => old, 1],
    [(text) => text.replace('"total":21', '"total":22'), 1],
    [() => old.replace('"total":6', '"total":7'), 1],
    [(text) => text.replace(/"at":\d+/, '"at":1'), 1],
  ]) {
    proxy.seen.length = 0;
    proxy.fault = ({ kind }) => (kind === "snapshot" && snapshot !== undefined ? { map: snapshot } : undefined);
    const replica = await join();
    assert.equal(replica.view().state.total, 21);
    await assertFollows(replica, log);
    assert.equal(first(), from);
    replica.close();
  }
  proxy.fault = () => undefined;
  const full = await join({ verify: "full" });
  assert.equal(full.view().state.total, 21);
  await assertFollows(full, log);
});

test("history is proven by the chain: what does not lead to the head is not shown", async (t) => {
  const { proxy, join, other } = await setting(t);
  for (let n = 1; n <= 5; n++) await other(add(n));
  const replica = await join();
  proxy.fault = ({ path }) => (path.includes("limit=") ? { map: (text) => text.replace('"n":2', '"n":3') } : undefined);
  const seen = [];
  await assert.rejects(
    async () => {
      for await (const { seq } of replica.history()) seen.push(seq);
    },
    { code: "replica/differs" },
  );
  assert.deepEqual(seen, [5, 4, 3]);
});

test("a server that says where it stood when it was asked has not lied, though it was told more since", async (t) => {
  const { proxy, join, other, log } = await setting(t);
  const replica = await join();
  let first = true;
  proxy.fault = async ({ method }) => {
    if (method !== "POST" || !first) return undefined;
    first = false;
    for (const n of [1, 2, 3]) await other(add(n));
    await until(() => replica.head.seq === 3);
    const body = JSON.stringify({ code: "session/stale", detail: "it has moved on", seq: 1 });
    return { status: 409, headers: { "content-type": "application/problem+json" }, body };
  };
  assert.equal((await replica.propose(add(4)).settled).outcome, "confirmed");
  assert.equal(replica.status, "live");
  await assertFollows(replica, log);
});

test("a server that has fewer decisions than it told of is not followed", async (t) => {
  const { proxy, join, other } = await setting(t);
  const replica = await join();
  await other(add(1));
  await other(add(2));
  await until(() => replica.head.seq === 2);
  const body = JSON.stringify({ code: "session/stale", detail: "it has fewer", seq: 1 });
  proxy.fault = ({ method }) =>
    method === "POST" ? { status: 409, headers: { "content-type": "application/problem+json" }, body } : undefined;
  assert.equal((await replica.propose(add(4)).settled).outcome, "open");
  await assertStopped(replica, "replica/differs", { seq: 2, total: 3 });
});
