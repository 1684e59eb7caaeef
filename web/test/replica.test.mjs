// This file tests replicas against the real server, through a proxy that does what
// networks and liars do.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { load } from "../dist/index.js";
import { nameOf } from "../dist/server/queue.js";
import { connect, Problem } from "../dist/replica.js";
import { Proxy, Server, command } from "./support/server.mjs";
import { fakeSockets } from "./support/socket.mjs";
import { memoryStorage } from "./support/storage.mjs";
import { add, note, shut, tally, unlock } from "./support/tally.mjs";
import { changeExports, unreachable } from "./support/module.mjs";

const actor = { kind: "user", id: "ann" };
const pace = { retry: 20, longest: 200, silence: 2_000, poll: 40, pollFor: 60_000 };
const deaf = { ...pace, poll: 600_000, pollFor: 600_000 }; // hears only answers, where there is no stream
const ending = [];
let engine;
let server;
let count = 0;

before(async () => {
  engine = await load();
  server = await Server.start({ after: (fn) => ending.push(fn) }, [tally]);
});
after(async () => {
  for (const fn of ending) await fn();
  engine.close();
});

/** A session, a proxy before it, and what connects. */
async function setting(t, options = {}) {
  const id = `s${++count}`;
  await server.create(id, "tally@1.0.0");
  const proxy = await Proxy.start(t, server);
  const streams = () => proxy.seen.filter(({ kind }) => kind === "events").length;
  const join = async (more = {}) => {
    const before = streams();
    const replica = await connect(more.engine ?? engine, proxy.url, id, { actor, pace, ...options, ...more });
    t.after(() => replica.close());
    replica.told = { confirmed: [], conflict: [], mismatch: [], settled: [], storage: [] };
    for (const kind of Object.keys(replica.told)) replica.on(kind, (said) => replica.told[kind].push(said));
    await until(() => streams() > before);
    return replica;
  };
  return {
    id,
    proxy,
    join,
    /** Another client's decision, past the proxy. */
    other: async (intent, who = "bob") => {
      const { status, text } = await server.ask(`/v1/sessions/${id}/decisions`, {
        ...intent,
        actor: { kind: "user", id: who },
      });
      assert.equal(status, 201, text);
      return text;
    },
    log: () => server.log(id),
  };
}

/** Waits until fn is true. */
async function until(fn, what = String(fn)) {
  for (let i = 0; i < 3000; i++) {
    if (await fn()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  assert.fail(`it did not come to this: ${what}`);
}

/** Asserts that a replica has confirmed exactly the server's log. */
async function assertFollows(replica, log) {
  const wanted = await log();
  await until(() => replica.head.seq === wanted.length, `${replica.head.seq} decisions are ${wanted.length}`);
  const found = [];
  for await (const decision of replica.history()) found.unshift(decision.text);
  assert.deepEqual(found, wanted);
  const last = wanted.at(-1);
  if (last !== undefined) assert.equal(replica.head.digest, engine.digest(last));
}

test("a proposal is shown at once and confirmed by the same bytes", async (t) => {
  const { join, log } = await setting(t);
  const replica = await join();
  assert.equal(replica.status, "live");
  const pending = replica.propose(add(3));
  assert.equal(pending.guess.verdict, "commit");
  assert.equal(replica.view().state.total, 3);
  assert.equal(replica.confirmed().state.total, 0);
  assert.deepEqual(replica.pending, [pending]);
  assert.equal(replica.head.seq, 0);
  const { outcome, same, decision } = await pending.settled;
  assert.deepEqual([outcome, same], ["confirmed", true]);
  assert.deepEqual(await log(), [decision.text]);
  assert.equal(decision.text, pending.guess.text);
  assert.equal(replica.confirmed().state.total, 3);
  assert.deepEqual(replica.pending, []);
  assert.equal(replica.told.conflict.length + replica.told.mismatch.length, 0);
  await assertFollows(replica, log);
});

test("what is no proposal is refused at once and sent nowhere", async (t) => {
  const { proxy, join } = await setting(t, { most: 2 });
  const replica = await join();
  assert.throws(() => replica.propose({ action: "nothing" }), { code: "proposal/action" });
  assert.throws(() => replica.propose({ action: "add", args: { n: undefined } }), { code: "json/undefined" });
  replica.actor = undefined;
  assert.throws(() => replica.propose(add(1)), { code: "gate/actor" });
  replica.actor = actor;
  assert.equal(proxy.seen.filter(({ method }) => method === "POST").length, 0);
  assert.deepEqual(replica.pending, []);
  proxy.fault = ({ method }) => (method === "POST" ? "refuse" : undefined);
  replica.propose(add(1));
  replica.propose(add(1));
  assert.throws(() => replica.propose(add(1)), { code: "replica/full" });
  assert.equal(replica.view().state.total, 2);
});

test("a refusal that is a decision is recorded like any other", async (t) => {
  const { join, log } = await setting(t);
  const replica = await join({ actor: { kind: "guest", id: "eve" } });
  const pending = replica.propose(add(1));
  assert.equal(pending.guess.verdict, "reject");
  const { outcome, decision } = await pending.settled;
  assert.deepEqual([outcome, decision.verdict], ["confirmed", "reject"]);
  await assertFollows(replica, log);
});

for (const [name, fault] of [
  ["answer is lost", "drop"],
  ["request is lost", "refuse"],
  ["request arrives twice", "twice"],
  ["server fails", { status: 500 }],
  ["proxy answers with a page", { status: 200, headers: { "content-type": "text/html" }, body: "<p>hello" }],
  [
    "server is busy",
    {
      status: 503,
      headers: { "retry-after": "0", "content-type": "application/problem+json" },
      body: '{"code":"session/busy","detail":"busy"}',
    },
  ],
])
  test(`there is one decision when the ${name}`, async (t) => {
    const { proxy, join, log } = await setting(t);
    const replica = await join();
    let times = 0;
    proxy.fault = ({ method }) => (method === "POST" && times++ < 5 ? fault : undefined);
    const all = [replica.propose(add(1)), replica.propose(add(2)), replica.propose(note("x"))];
    for (const pending of all)
      assert.deepEqual(await pending.settled.then(({ outcome, same }) => [outcome, same]), ["confirmed", true]);
    assert.equal((await log()).length, 3);
    assert.equal(replica.view().state.total, 3);
    await assertFollows(replica, log);
  });

test("a lost answer is found again though others went on", async (t) => {
  const { proxy, join, log, other } = await setting(t);
  const replica = await join();
  let dropped = false;
  proxy.fault = ({ method, kind }) => {
    if (kind === "events") return { status: 405, body: "" };
    if (method !== "POST" || dropped) return undefined;
    dropped = true;
    return "drop";
  };
  proxy.cut();
  const pending = replica.propose(add(1));
  await until(async () => dropped && (await log()).length === 1);
  await other(add(5));
  const { outcome, decision } = await pending.settled;
  assert.deepEqual([outcome, decision.seq], ["confirmed", 1]);
  assert.equal((await log()).length, 2);
  await assertFollows(replica, log);
  assert.equal(replica.view().state.total, 6);
});

test("an answer that was lost with another time is found by its key", async (t) => {
  const { proxy, join, log, id } = await setting(t);
  const replica = await join();
  let first = true;
  proxy.fault = ({ method, body, headers }) => {
    if (method !== "POST" || !first) return undefined;
    first = false;
    // What arrives first is the same proposal with another time, as one that was sent an hour ago.
    const { seq, ...sent } = JSON.parse(body);
    return server
      .ask(
        `/v1/sessions/${id}/decisions`,
        { ...sent, at: sent.at - 7 },
        { "idempotency-key": headers["idempotency-key"] },
      )
      .then(() => "refuse");
  };
  const pending = replica.propose(add(1));
  const { outcome, same } = await pending.settled;
  assert.deepEqual([outcome, same], ["confirmed", false]);
  assert.equal((await log()).length, 1);
  assert.equal(replica.told.mismatch.length, 1);
  assert.equal(replica.view().state.total, 1);
  await assertFollows(replica, log);
});

test("on a conflict the guess is dropped, what was missed is followed, and the proposal decided again", async (t) => {
  const { proxy, join, log, other } = await setting(t);
  proxy.fault = ({ kind }) => (kind === "events" ? { status: 405 } : undefined);
  const replica = await join({ pace: deaf });
  await other(add(10));
  const pending = replica.propose(add(1));
  const later = replica.propose(add(2));
  assert.deepEqual([(await pending.settled).outcome, (await later.settled).outcome], ["confirmed", "confirmed"]);
  assert.equal(replica.view().state.total, 13);
  await assertFollows(replica, log);
  const { was, now } = replica.told.conflict[0];
  assert.deepEqual([was.seq, now.seq, was.verdict, now.verdict], [1, 2, "commit", "commit"]);
});

test("what would get another verdict than was shown is not sent but reported", async (t) => {
  const { proxy, join, log, other } = await setting(t);
  const replica = await join();
  let going = true;
  proxy.fault = ({ kind, method }) => (kind === "events" || (going && method === "POST") ? "refuse" : undefined);
  proxy.cut();
  const pending = replica.propose(add(1));
  const later = replica.propose(note("still"));
  await other(shut);
  going = false;
  const { outcome, error } = await pending.settled;
  assert.deepEqual([outcome, error.code], ["refused", "replica/conflict"]);
  assert.equal(pending.shown, "commit");
  assert.equal(pending.guess.verdict, "reject");
  assert.equal((await later.settled).outcome, "confirmed");
  const recorded = (await log()).map((text) => JSON.parse(text).action);
  assert.deepEqual(recorded, ["shut", "note"]);
  await assertFollows(replica, log);
});

test("gates show guesses, or only what is confirmed", async (t) => {
  const { proxy, join } = await setting(t);
  proxy.fault = ({ method }) => (method === "POST" ? "refuse" : undefined);
  const bold = await join();
  const careful = await join({ optimistic: false });
  for (const replica of [bold, careful]) replica.propose(shut);
  const [a, b] = [bold.gate("add", { n: 1 }), careful.gate("add", { n: 1 })];
  assert.deepEqual([a.allowed, a.say, b.allowed], [false, "It is shut.", true]);
  assert.equal(bold.can("add", { n: 1 }), false);
  assert.equal(a.how.say, "First: unlock.");
  bold.propose(unlock);
  assert.equal(a.allowed, true);
  assert.equal(careful.view().state.open, true);
});

test("gates and subscribers hear of what the server decides", async (t) => {
  const { join, other } = await setting(t);
  const replica = await join();
  const seen = [];
  replica.gate("add", { n: 1 }).subscribe(({ allowed }) => seen.push(allowed));
  const values = [];
  replica.subscribe((value) => values.push(value));
  assert.equal(replica.value, replica.value);
  await other(shut);
  await until(() => seen.length === 2);
  await other(unlock);
  await until(() => seen.length === 3);
  assert.deepEqual(seen, [true, false, true]);
  assert.deepEqual(
    values.map(({ head }) => head.seq),
    [0, 1, 2],
  );
});

// A server that lies: nothing of it is shown, and nothing is allowed any more.

async function assertStopped(replica, code, { seq, total }) {
  await until(() => replica.status === "stopped");
  assert.equal(replica.reason.code, code);
  assert.equal(replica.head.seq, seq);
  assert.equal(replica.view().state.total, total);
  const gate = replica.gate("add", { n: 1 });
  assert.deepEqual([gate.allowed, gate.verdict, gate.governing], [false, "error", code]);
  assert.equal(replica.can("note", { text: "x" }), false);
  assert.throws(() => replica.propose(add(1)), { code });
}

const lie = (text) => text?.replace('"n":7', '"n":8').replace('"to":107', '"to":108');

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
  const { proxy, join, other, log } = await setting(t);
  for (let n = 1; n <= 3; n++) await other(add(n));
  const old = (await server.ask(`/v1/sessions/s${count}/snapshot`)).text;
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

// Streams.

test("a stream that is cut in the middle of an event is taken up again where it was", async (t) => {
  const { proxy, join, other, log } = await setting(t);
  let cuts = 0;
  proxy.fault = ({ kind }) =>
    kind === "events" ? { map: (text) => (text.includes("data:") && cuts++ % 2 === 0 ? undefined : text) } : undefined;
  const replica = await join();
  for (let n = 1; n <= 6; n++) await other(add(n));
  await assertFollows(replica, log);
  assert.ok(cuts > 0);
  assert.equal(replica.told.confirmed.length, 6);
});

test("half an event is no event", async (t) => {
  const { proxy, join, other, log } = await setting(t);
  let halved = 0;
  proxy.fault = ({ kind }) => {
    if (kind !== "events") return undefined;
    let ended = false;
    return {
      map: (text) =>
        ended ? undefined : text.includes("data:") ? ((ended = true), halved++, text.slice(0, text.length / 2)) : text,
    };
  };
  const replica = await join();
  for (let n = 1; n <= 3; n++) await other(add(n));
  await assertFollows(replica, log);
  assert.ok(halved > 0);
  assert.notEqual(replica.status, "stopped");
});

test("events that come twice or in another order change nothing", async (t) => {
  const { proxy, join, other, log } = await setting(t);
  let held = "";
  proxy.fault = ({ kind }) =>
    kind === "events"
      ? {
          map: (text) => {
            if (!text.includes("data:")) return text;
            if (held === "") return ((held = text), ":\n\n");
            const both = text + held + held;
            held = "";
            return both;
          },
        }
      : undefined;
  const replica = await join();
  for (let n = 1; n <= 4; n++) {
    await other(add(n));
    await new Promise((done) => setTimeout(done, 20));
  }
  await assertFollows(replica, log);
  assert.deepEqual(
    replica.told.confirmed.map(({ seq }) => seq),
    [1, 2, 3, 4],
  );
});

for (const [name, fault] of [
  ["refused", { status: 405, body: "" }],
  [
    "too many",
    {
      status: 429,
      headers: { "content-type": "application/problem+json" },
      body: '{"code":"limit/streams","detail":"too many"}',
    },
  ],
  ["another type", { status: 200, headers: { "content-type": "text/plain" }, body: "x" }],
])
  test(`without a stream the log is asked: ${name}`, async (t) => {
    const { proxy, join, other, log } = await setting(t);
    proxy.fault = ({ kind }) => (kind === "events" ? fault : undefined);
    const replica = await join();
    await other(add(1));
    await assertFollows(replica, log);
    await other(add(2));
    await assertFollows(replica, log);
    assert.equal(replica.status, "live");
    assert.equal(proxy.seen.filter(({ kind }) => kind === "events").length, 1);
  });

test("a stream that lets nothing through, or falls silent, is given up", async (t) => {
  const { proxy, join, other, log } = await setting(t, { pace: { ...pace, silence: 1_000 } });
  proxy.fault = ({ kind }) => (kind === "events" ? { map: () => "" } : undefined);
  const swallowed = await join();
  await other(add(1));
  await assertFollows(swallowed, log);
  proxy.fault = ({ kind }) =>
    kind === "events" ? { map: (text) => (text.startsWith("retry") ? text : "") } : undefined;
  const silent = await join();
  await other(add(2));
  await assertFollows(silent, log);
  assert.equal(silent.status === "stopped" || swallowed.status === "stopped", false);
});

test("of a server that opens no WebSocket the log is asked, and not without end for another one", async (t) => {
  const { id, proxy, other, log } = await setting(t);
  const sockets = fakeSockets(t);
  const replica = await connect(engine, proxy.url, id, { actor, pace, events: "websocket" });
  t.after(() => replica.close());
  (await sockets.next()).onclose({ reason: "" });
  for (let n = 0; n < 3; n++) {
    await other(add(1));
    await assertFollows(replica, log);
  }
  assert.equal(replica.status, "live");
  assert.deepEqual(
    sockets.made.map(({ closed }) => closed),
    [true],
  );
  assert.deepEqual(
    proxy.seen.filter(({ kind }) => kind === "events"),
    [],
  );
});

test("a replica over a WebSocket hears of decisions, and asks for another token when it is told to", async (t) => {
  const { id, proxy, other, log } = await setting(t);
  const sockets = fakeSockets(t);
  let asked = 0;
  const options = { actor, pace: { ...deaf, silence: 600_000 }, events: "websocket", token: () => `t${++asked}` };
  const replica = await connect(engine, proxy.url, id, options);
  t.after(() => replica.close());
  const first = await sockets.next();
  first.onopen();
  first.onmessage({ data: await other(add(1)) });
  await assertFollows(replica, log);
  await other(add(2)); // missed
  first.onclose({ reason: "auth/expired" });
  const second = await sockets.next();
  assert.deepEqual(second.protocols, ["holdfast.v1", "bearer.t2"]);
  assert.match(second.url, /[?]after=2$/);
  await assertFollows(replica, log);
  second.onopen();
  second.onmessage({ data: await other(add(3)) });
  await assertFollows(replica, log);
  replica.close();
  await until(() => second.closed);
  assert.equal(sockets.made.length, 2);
});

test("an altered byte over a WebSocket ends the replica", async (t) => {
  const { id, proxy, other } = await setting(t);
  await other(add(100));
  const sockets = fakeSockets(t);
  const replica = await connect(engine, proxy.url, id, { actor, pace: deaf, events: "websocket" });
  t.after(() => replica.close());
  const socket = await sockets.next();
  socket.onopen();
  socket.onmessage({ data: lie(await other(add(7))) });
  await assertStopped(replica, "replica/differs", { seq: 1, total: 100 });
  await until(() => socket.closed);
});

// Being offline.

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

// Clocks, and people who share a browser.

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

// Who, when, and the module.

test("the server's clock is followed, also where its time may not be read", async (t) => {
  const { join, proxy, log } = await setting(t);
  const { now } = Date;
  t.after(() => (Date.now = now));
  Date.now = () => now() + 600_000;
  const ahead = await join();
  const { outcome, same } = await ahead.propose(add(1)).settled;
  assert.deepEqual([outcome, same], ["confirmed", true]);
  ahead.close();
  proxy.fault = () => ({ map: (text) => text });
  const blind = await connect(engine, proxy.url, `s${count}`, {
    actor,
    pace,
    fetch: async (...asked) => {
      const response = await fetch(...asked);
      const headers = new Headers(response.headers);
      headers.delete("date");
      return new Response(response.body, { status: response.status, headers });
    },
  });
  t.after(() => blind.close());
  const settled = await blind.propose(add(2)).settled;
  assert.deepEqual([settled.outcome, settled.same], ["confirmed", false]);
  await assertFollows(blind, log);
});

test("a refusal by the server that will not pass ends the proposal, or the replica", async (t) => {
  const { join, proxy } = await setting(t);
  const replica = await join();
  const problem = (status, code) => ({
    status,
    headers: { "content-type": "application/problem+json" },
    body: JSON.stringify({ code, detail: "because", status }),
  });
  proxy.fault = ({ method }) => (method === "POST" ? problem(403, "auth/actor") : undefined);
  const { outcome, error } = await replica.propose(add(1)).settled;
  assert.deepEqual([outcome, error.code, error instanceof Problem, error.status], ["refused", "auth/actor", true, 403]);
  assert.equal(replica.view().state.total, 0);
  assert.equal(replica.status, "live");
  proxy.fault = ({ method }) => (method === "POST" ? problem(500, "session/corrupt") : undefined);
  assert.equal((await replica.propose(add(1)).settled).outcome, "open");
  await assertStopped(replica, "session/corrupt", { seq: 0, total: 0 });
  await assert.rejects(connect(engine, proxy.url, "nobody", { actor }), { code: "session/unknown" });
  proxy.fault = () => "refuse";
  await assert.rejects(connect(engine, proxy.url, "nobody", { actor }), { code: "replica/unreachable" });
});

test("a token is asked for again once when it is no longer good", async (t) => {
  const { join, proxy, log } = await setting(t);
  let asked = 0;
  let good = 1;
  proxy.fault = ({ headers }) =>
    headers.authorization === `Bearer t${good}`
      ? undefined
      : {
          status: 401,
          headers: { "content-type": "application/problem+json" },
          body: '{"code":"auth/expired","detail":"it has expired"}',
        };
  const replica = await join({ token: () => `t${++asked}` });
  assert.equal(asked, 1);
  good = 2;
  assert.equal((await replica.propose(add(1)).settled).outcome, "confirmed");
  assert.equal(asked, 2);
  await assertFollows(replica, log);
  good = NaN;
  const { outcome } = await replica.propose(add(1)).settled;
  assert.equal(outcome, "open");
  assert.equal(asked, 3);
  await assertStopped(replica, "auth/expired", { seq: 1, total: 1 });
});

test("a trap costs one call: the session comes back from what was confirmed", async (t) => {
  const trap = { next: 0 };
  changeExports(t, ({ holdfast_call }) => ({
    holdfast_call: (op, handle, size) => {
      if (trap.next === op) {
        trap.next = 0;
        unreachable();
      }
      return holdfast_call(op, handle, size);
    },
  }));
  const fragile = await load(undefined, { log: () => undefined });
  t.after(() => fragile.close());
  const { join, other, log } = await setting(t);
  const replica = await join({ engine: fragile });
  await replica.propose(add(1)).settled;
  for (const op of [7, 11, 6, 12, 22, 23, 2, 14]) {
    trap.next = op; // decide, snapshot, restore, view, watch, answers, digest, complete
    const gate = replica.gate("add", { n: op });
    gate.refresh();
    assert.ok(gate.allowed || gate.error !== undefined);
    const pending = replica.propose(add(1));
    assert.equal((await pending.settled).outcome, "confirmed", `after a trap in operation ${op}`);
    trap.next = 0;
  }
  trap.next = 13; // replay
  await other(add(1));
  await assertFollows(replica, log);
  assert.equal(replica.status, "live");
  fragile.close();
  assert.equal(replica.status, "stopped");
  assert.equal(replica.reason.code, "engine/closed");
  assert.equal(replica.can("add", { n: 1 }), false);
});

test("the replica is whom the token says, and runs what a trusted key has signed", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-keys-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args) =>
    execFileSync(command(), args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  writeFileSync(join(folder, "tally.json"), JSON.stringify(tally));
  run("keygen", "example.org/release");
  run("keygen", "example.org/other");
  run("sign", "tally.json", "--key", "release.key");
  run("keygen", "--tokens", "issuer");
  const tokenOf = (id) => run("token", "--key", "issuer.pem", "--id", id, "--kind", "user");
  const key = (name) => readFileSync(join(folder, name), "utf8").trim();
  const mine = await Server.start(
    t,
    [],
    ["--keys", join(folder, "issuer.pub.pem"), "--trust", join(folder, "release.pub"), join(folder, "tally.json")],
  );
  const ann = tokenOf("ann");
  const created = await mine.ask(
    "/v1/sessions",
    { session: "a", bundle: "tally@1.0.0" },
    { authorization: `Bearer ${ann}` },
  );
  assert.equal(created.status, 201, created.text);
  const join_ = (more) => connect(engine, mine.url, "a", { actor, pace, token: () => ann, ...more });

  await assert.rejects(join_({ token: undefined }), { code: "auth/missing" });
  await assert.rejects(
    join_({
      token: () => {
        throw new Error("logged out");
      },
    }),
    { code: "replica/token" },
  );
  await assert.rejects(join_({ keys: [key("other.pub")] }), { code: "signature/unknown-key" });
  await assert.rejects(join_({ keys: [] }), { code: "signature/unknown-key" });
  const replica = await join_({ keys: [key("other.pub"), key("release.pub")] });
  t.after(() => replica.close());
  const { outcome, same, decision } = await replica.propose(add(1)).settled;
  assert.deepEqual([outcome, same, decision.document.actor], ["confirmed", true, actor]);
  // An actor that says to be another is refused by the server, whatever was guessed.
  const liar = replica.propose({ ...add(1), actor: { kind: "user", id: "bob" } });
  assert.equal(liar.guess.verdict, "commit");
  const refused = await liar.settled;
  assert.deepEqual([refused.outcome, refused.error.code], ["refused", "auth/actor"]);
  assert.equal(replica.view().state.total, 1);
  assert.equal(replica.status, "live");
});

test("a stream that ends with its token begins again with another", async (t) => {
  const { proxy, join, other, log } = await setting(t);
  let asked = 0;
  proxy.fault = ({ kind }) =>
    kind === "events"
      ? { map: (text) => (asked === 1 ? `${text}event: end\ndata: auth/expired\n\n` : text) }
      : undefined;
  const replica = await join({ token: () => `t${++asked}` });
  await until(() => asked === 2);
  await other(add(1));
  await assertFollows(replica, log);
});
