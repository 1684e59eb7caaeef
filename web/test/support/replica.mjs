// This file has what tests of replicas begin with: an engine, a server, and a session of a test's own behind a proxy.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { load } from "../../dist/index.js";
import { connect } from "../../dist/replica.js";
import { Proxy, Server } from "./server.mjs";
import { add, tally } from "./tally.mjs";

export const actor = { kind: "user", id: "ann" };
export const pace = { retry: 20, longest: 200, silence: 2_000, poll: 40, pollFor: 60_000 };
export const deaf = { ...pace, poll: 600_000, pollFor: 600_000 }; // hears only answers, where there is no stream
const ending = [];
let count = 0;

export let engine;
export let server;

/** Starts what the tests of a file need, and ends it after them. */
export function open() {
  before(async () => {
    engine = await load();
    server = await Server.start({ after: (fn) => ending.push(fn) }, [tally]);
  });
  after(async () => {
    for (const fn of ending) await fn();
    engine.close();
  });
}

/** A session, a proxy before it, and what connects. */
export async function setting(t, options = {}) {
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
export async function until(fn, what = String(fn)) {
  for (let i = 0; i < 3000; i++) {
    if (await fn()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  assert.fail(`it did not come to this: ${what}`);
}

/** Asserts that a replica has confirmed exactly the server's log. */
export async function assertFollows(replica, log) {
  const wanted = await log();
  await until(() => replica.head.seq === wanted.length, `${replica.head.seq} decisions are ${wanted.length}`);
  const found = [];
  for await (const decision of replica.history()) found.unshift(decision.text);
  assert.deepEqual(found, wanted);
  const last = wanted.at(-1);
  if (last !== undefined) assert.equal(replica.head.digest, engine.digest(last));
}

/** Asserts that a replica has stopped, shows what was confirmed before, and allows nothing any more. */
export async function assertStopped(replica, code, { seq, total }) {
  await until(() => replica.status === "stopped");
  assert.equal(replica.reason.code, code);
  assert.equal(replica.head.seq, seq);
  assert.equal(replica.view().state.total, total);
  const gate = replica.gate("add", { n: 1 });
  assert.deepEqual([gate.allowed, gate.verdict, gate.governing], [false, "error", code]);
  assert.equal(replica.can("note", { text: "x" }), false);
  assert.throws(() => replica.propose(add(1)), { code });
}

/** Alters an addition of 7 to 100 in what a server says. */
export const lie = (text) => text?.replace('"n":7', '"n":8').replace('"to":107', '"to":108');
