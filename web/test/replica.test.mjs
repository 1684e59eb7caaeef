// This file tests replicas against the real server: guesses, conflicts, refusals, tokens, keys and traps.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { load } from "../dist/index.js";
import { connect, Problem } from "../dist/replica.js";
import { changeExports, unreachable } from "./support/module.mjs";
import {
  actor,
  assertFollows,
  assertStopped,
  deaf,
  engine,
  open,
  pace,
  server,
  setting,
  until,
} from "./support/replica.mjs";
import { Server, command } from "./support/server.mjs";
import { add, note, shut, tally, unlock } from "./support/tally.mjs";

open();

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

test("the server's clock is followed, also where its time may not be read", async (t) => {
  const { id, join, proxy, log } = await setting(t);
  const { now } = Date;
  t.after(() => (Date.now = now));
  Date.now = () => now() + 600_000;
  const ahead = await join();
  const { outcome, same } = await ahead.propose(add(1)).settled;
  assert.deepEqual([outcome, same], ["confirmed", true]);
  ahead.close();
  proxy.fault = () => ({ map: (text) => text });
  const blind = await connect(engine, proxy.url, id, {
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
