// This file tests what becomes of proposals that were not confirmed in time: in a page's own session, and in a replica.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { load } from "../dist/index.js";
import { connect } from "../dist/replica.js";
import { Proxy, Server } from "./support/server.mjs";

/** Orders above 10 wait for an owner, for a minute. */
const shop = (hold, more = {}) => ({
  holdfast: 1,
  bundle: "shop",
  version: "1.0.0",
  agents: { user: {}, owner: {}, clock: {} },
  governance: ["owner"],
  state: { total: { type: { int: [0, 1000] } }, resting: { type: "bool" } },
  actions: {
    order: { by: ["user"], args: { n: { int: [1, 100] } }, set: { total: "state.total + args.n" } },
    rest: { set: { resting: "true" } },
  },
  constraints: [
    {
      id: "BIG",
      level: "ownership",
      on: ["order"],
      require: "args.n <= 10",
      otherwise: { verdict: "hold", by: ["owner"] },
    },
    { id: "STOP", level: "physical", on: ["order"], require: "args.n != 99", otherwise: { verdict: "freeze" } },
  ],
  fallback: { reset: ["total"] },
  hold: { ttl: "60s", ...hold },
  ...more,
});
const user = { kind: "user", id: "u1" };
const owner = { kind: "owner", id: "o1" };
const clock = { kind: "clock", id: "holdfast" };
const t0 = 1767225600000;
const minute = 60_000;
const order = (n, at) => ({ action: "order", actor: user, args: { n }, at, reasons: ["request"] });
const seqs = (session) => session.view().holds.map(({ seq }) => seq);
let engine;

before(async () => (engine = await load()));
after(() => engine.close());

test("a page's own session ends what is due, as the agent that the bundle names", () => {
  const session = engine.bundle(shop({ by: "clock" })).open("s1");
  for (const [n, at] of [
    [20, t0],
    [30, t0 + 10],
    [5, t0 + 20],
    [40, t0 + minute - 1],
  ])
    session.decide(order(n, at));
  assert.deepEqual(session.expire(t0 + minute - 1), []);
  assert.deepEqual(seqs(session), [1, 2, 4]);
  const done = session.expire(t0 + minute + 10);
  assert.deepEqual(
    done.map(({ document }) => [document.action, document.actor, document.args, document.at, document.verdict]),
    [1, 2].map((hold) => ["expire", clock, { hold }, t0 + minute + 10, "commit"]),
  );
  assert.deepEqual([seqs(session), session.view().state.total], [[4], 5]);
  assert.deepEqual(session.expire(t0 + minute + 10), []);
  assert.equal(session.expire().length, 1); // now is later than all of it
});

test("what is due reverts where the bundle says so", () => {
  const session = engine.bundle(shop({ by: "clock", on_expire: "revert" })).open("s1");
  for (const n of [5, 20]) session.decide(order(n, t0));
  const [{ document }] = session.expire(t0 + minute);
  assert.deepEqual(
    [document.verdict, document.governing, session.view().state.total, seqs(session)],
    ["revert", "hold:expired", 0, []],
  );
});

test("time that is set back ends nothing early, and the session's own counts", () => {
  const session = engine.bundle(shop({ by: "clock" })).open("s1");
  session.decide(order(20, t0));
  assert.deepEqual(session.expire(0), []);
  session.decide(order(1, t0 + minute));
  assert.equal(session.expire(0).length, 1);
});

test("a bundle that names no agent ends nothing by itself, and a frozen session neither", () => {
  const session = engine.bundle(shop({})).open("s1");
  session.decide(order(20, t0));
  assert.deepEqual(session.expire(t0 + 2 * minute), []);
  const frozen = engine.bundle(shop({ by: "clock" })).open("s1");
  for (const n of [20, 99]) frozen.decide(order(n, t0));
  assert.equal(frozen.view().frozen, true);
  assert.deepEqual(frozen.expire(t0 + 2 * minute), []);
  frozen.decide({ action: "unfreeze", actor: owner, args: {}, at: t0 + 2 * minute, reasons: ["request"] });
  assert.equal(frozen.expire(t0 + 2 * minute).length, 1);
});

// A replica. Time is this test's: it goes on when the test says so.

const pace = { retry: 20, longest: 200, silence: 600_000, poll: 40, pollFor: 60_000 };

async function setting(t, hold) {
  const { now } = Date;
  let ahead = 0;
  t.after(() => (Date.now = now));
  Date.now = () => now() + ahead;
  const server = await Server.start(t, [shop(hold)]);
  const proxy = await Proxy.start(t, server);
  await server.create("s1", "shop@1.0.0");
  const join = async (actor) => {
    const replica = await connect(engine, proxy.url, "s1", { actor, pace, storage: null });
    t.after(() => replica.close());
    return replica;
  };
  return { server, proxy, join, later: (millis) => (ahead += millis) };
}

async function until(fn) {
  for (let i = 0; i < 3000 && !(await fn()); i++) await new Promise((done) => setTimeout(done, 10));
  assert.ok(await fn(), String(fn));
}

for (const by of ["clock", undefined])
  test(`without a network nothing is shown as confirmable after its time, where ${by ?? "none"} ends it`, async (t) => {
    const { proxy, join, later } = await setting(t, by === undefined ? {} : { by });
    const visitor = await join(user);
    await visitor.propose({ action: "order", args: { n: 20 } }).settled;
    const replica = await join(owner);
    proxy.fault = () => "refuse";
    proxy.cut();
    await until(() => replica.status === "offline");
    const [{ seq: hold, digest }] = replica.view().holds;
    const gate = replica.gate("confirm", { hold, digest });
    assert.equal(gate.allowed, true);
    const heard = [];
    gate.subscribe(({ allowed }) => heard.push(allowed));
    later(2 * minute);
    gate.refresh();
    assert.deepEqual([gate.allowed, gate.governing], [false, by === undefined ? "hold:expired" : "hold:unknown"]);
    assert.deepEqual(replica.view().holds.length, by === undefined ? 1 : 0);
    assert.equal(replica.confirmed().holds.length, 1); // it was not heard that the server has ended it
    await until(() => heard.at(-1) === false);
    assert.equal(replica.why({ action: "confirm", args: { hold, digest } }).verdict, "reject");
  });

test("a replica shows what becomes due while nothing else happens", async (t) => {
  const { proxy, join } = await setting(t, { by: "clock", ttl: "2s" });
  proxy.fault = ({ kind }) => (kind === "events" ? { status: 405 } : undefined);
  const replica = await join(user);
  await replica.propose({ action: "order", args: { n: 20 } }).settled;
  proxy.fault = () => "refuse";
  const seen = [];
  const leave = replica.subscribe(() => seen.push(replica.view().holds.length));
  await until(() => seen.at(-1) === 0);
  leave();
});

test("what waits for the server is decided after what is due, and is sent without it", async (t) => {
  const { server, proxy, join, later } = await setting(t, { by: "clock", on_expire: "revert" });
  const replica = await join(user);
  for (const n of [5, 20]) await replica.propose({ action: "order", args: { n } }).settled;
  assert.equal(replica.view().state.total, 5);
  proxy.fault = ({ method }) => (method === "POST" ? "refuse" : undefined);
  later(2 * minute);
  const pending = replica.propose({ action: "order", args: { n: 3 } });
  assert.deepEqual(
    [replica.view().state.total, replica.view().holds.length, replica.confirmed().state.total],
    [3, 0, 5],
  );
  assert.ok(pending.guess.document.at >= replica.view().at);
  const sent = () =>
    proxy.seen
      .filter(({ method, kind }) => method === "POST" && kind === "decisions")
      .map(({ body }) => JSON.parse(body));
  await until(() => sent().at(-1).args.n === 3);
  assert.deepEqual([...new Set(sent().map(({ action }) => action))], ["order"]);
  assert.equal(sent().at(-1).seq, 2); // what the server has told of
  // The server's clock is not this one's: there it is not due, and so it decides on what it has.
  proxy.fault = () => undefined;
  Date.now = (
    (real) => () =>
      real() - 2 * minute
  )(Date.now);
  assert.equal((await pending.settled).outcome, "confirmed");
  assert.equal(replica.status, "live");
  assert.deepEqual(
    (await server.log("s1")).map((text) => JSON.parse(text).action),
    ["order", "order", "order"],
  );
  assert.deepEqual([replica.view().state.total, replica.view().holds.length], [8, 1]);
});

test("the server ends what is due, whatever a replica has guessed of it, without a conflict", async (t) => {
  const { server, proxy, join } = await setting(t, { by: "clock", ttl: "2s" });
  const replica = await join(user);
  await replica.propose({ action: "order", args: { n: 20 } }).settled;
  let conflicts = 0;
  replica.on("conflict", () => conflicts++);
  proxy.fault = () => "refuse";
  proxy.cut();
  await until(() => replica.view().holds.length === 0);
  const pending = [3, 4].map((n) => replica.propose({ action: "order", args: { n } }));
  assert.deepEqual([replica.view().state.total, replica.confirmed().holds.length], [7, 1]);
  proxy.fault = () => undefined;
  for (const { settled } of pending) assert.equal((await settled).outcome, "confirmed");
  const log = (await server.log("s1")).map((text) => JSON.parse(text));
  assert.deepEqual(
    log.map(({ action, verdict }) => [action, verdict]),
    [
      ["order", "hold"],
      ["expire", "commit"],
      ["order", "commit"],
      ["order", "commit"],
    ],
  );
  assert.deepEqual(log[1].actor, clock);
  assert.deepEqual([replica.status, replica.head.seq, conflicts], ["live", 4, 0]);
  assert.deepEqual(replica.view(), replica.confirmed());
});

test("no client proposes as the host", async (t) => {
  const { proxy, join } = await setting(t, { by: "clock" });
  const replica = await join(user);
  assert.throws(() => replica.propose({ action: "expire", args: { hold: 1 }, actor: clock }), { code: "gate/actor" });
  assert.equal(proxy.seen.filter(({ method }) => method === "POST").length, 0);
});
