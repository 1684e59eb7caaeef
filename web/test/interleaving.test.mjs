// This file tests replicas by chance: two users in three tabs and a plain client on one
// session, while answers get lost, requests arrive twice, streams break and tabs close. Afterwards
// every replica must have the server's log, and every proposal one end that the log agrees with.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../dist/index.js";
import { connect } from "../dist/replica.js";
import { Proxy, Server } from "./support/server.mjs";
import { memoryStorage } from "./support/storage.mjs";
import { add, note, shut, tally, unlock } from "./support/tally.mjs";

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pace = { retry: 5, longest: 60, silence: 3_000, poll: 20, pollFor: 200 };
const seeds =
  process.env.HOLDFAST_SEED !== undefined
    ? [Number(process.env.HOLDFAST_SEED)]
    : process.env.HOLDFAST_LONG !== undefined
      ? Array.from({ length: 100 }, (_, i) => i)
      : [1, 5, 19];

test("whatever happens in between, replicas and server end with the same log", async (t) => {
  const engine = await load();
  t.after(() => engine.close());
  const server = await Server.start(t, [tally]);
  for (const seed of seeds) await t.test(`seed ${seed}`, (t) => run(t, engine, server, seed));
});

async function run(t, engine, server, seed) {
  const random = chance(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const id = `chance-${seed}`;
  await server.create(id, "tally@1.0.0");
  const proxy = await Proxy.start(t, server);
  const calm = () => undefined;
  const storm = ({ kind, method }) => {
    if (random() < 0.7) return undefined;
    if (kind === "events")
      return pick(["refuse", { status: 503, body: "" }, { map: (text) => (random() < 0.3 ? undefined : text) }]);
    if (method === "POST") return pick(["refuse", "drop", "twice", { status: 500, body: "" }, { delay: 15 }, "drop"]);
    return pick([
      "refuse",
      { status: 502, body: "<html>" },
      { delay: 5 },
      { map: (text) => (random() < 0.3 ? undefined : text) },
    ]);
  };

  const shared = memoryStorage();
  const tabs = [
    { actor: { kind: "user", id: "ann" }, storage: shared },
    { actor: { kind: "user", id: "ann" }, storage: shared },
    { actor: { kind: "user", id: "bob" }, storage: memoryStorage() },
  ];
  const reports = new Map(); // a proposal's reason → its ends, where known
  const opened = [];
  const open = async (tab) => {
    proxy.fault = calm;
    const join = () => connect(engine, proxy.url, id, { actor: tab.actor, storage: tab.storage, pace });
    tab.replica = await join().catch(join).catch(join); // the connection may be one that was just cut
    opened.push(tab.replica);
    tab.replica.on("settled", ({ outcome, error, pending }) => {
      if (outcome === "open") assert.equal(error.code, "replica/closed", error.stack);
      else reports.get(pending.reasons[0]).push(`${outcome}${error === undefined ? "" : ` ${error.code}`}`);
    });
    proxy.fault = storm;
  };
  t.after(() => opened.forEach((replica) => replica.close()));
  for (const tab of tabs) await open(tab);

  const intents = [() => add(1 + Math.floor(random() * 9)), () => add(1), () => note("x"), () => shut, () => unlock];
  for (let step = 0; step < 60; step++) {
    const what = random();
    const tab = pick(tabs);
    if (what < 0.5) {
      const reason = `p${step}`;
      reports.set(reason, []);
      tab.replica.propose({ ...pick(intents)(), reasons: [reason] });
    } else if (what < 0.65)
      await server.ask(`/v1/sessions/${id}/decisions`, { ...pick(intents)(), actor: { kind: "user", id: "eve" } });
    else if (what < 0.72) proxy.cut();
    else if (what < 0.78) {
      tab.replica.close();
      await open(tab);
    } else await new Promise((done) => setTimeout(done, random() * 20));
  }

  proxy.fault = calm;
  const settled = () =>
    tabs.every(({ replica }) => replica.pending.length === 0) && [...reports.values()].every((ends) => ends.length > 0);
  for (let i = 0; !settled() && i < 2000; i++) await new Promise((done) => setTimeout(done, 10));
  await agree(await server.log(id), tabs, reports);
}

/** All replicas have the log, and each proposal has one end that agrees with it. */
async function agree(log, tabs, reports) {
  for (const { replica } of tabs) {
    for (let i = 0; replica.head.seq < log.length && i < 1000; i++) await new Promise((done) => setTimeout(done, 10));
    assert.notEqual(replica.status, "stopped", String(replica.reason?.stack));
    const found = [];
    for await (const decision of replica.history()) found.unshift(decision.text);
    assert.deepEqual(found, log);
    assert.deepEqual(replica.view().state, replica.confirmed().state);
    assert.deepEqual(replica.pending, []);
  }
  const recorded = new Map();
  for (const text of log) {
    const [reason] = JSON.parse(text).reasons;
    recorded.set(reason, (recorded.get(reason) ?? 0) + 1);
  }
  for (const [reason, ends] of reports) {
    assert.equal(new Set(ends).size, 1, `${reason} has one end, and not ${ends.join(", ")}`);
    assert.equal(
      recorded.get(reason) ?? 0,
      ends[0] === "confirmed" ? 1 : 0,
      `${reason} is ${ends[0]}, and the log has it ${recorded.get(reason) ?? 0} times`,
    );
    assert.ok(["confirmed", "refused replica/conflict"].includes(ends[0]), ends[0]);
  }
}
