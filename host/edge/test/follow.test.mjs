// This file has the SDK's replica follow a session of the worker over a WebSocket.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { load } from "../../../web/dist/index.js";
import { connect } from "../../../web/dist/replica.js";
import { holdfast, start } from "./rig.mjs";
import { Socket } from "./socket.js";

const folder = mkdtempSync(join(tmpdir(), "holdfast-edge-follow-"));
const Real = globalThis.WebSocket ?? Socket;
const opened = []; // what was asked for, { url, protocols }
const streams = []; // requests for a stream, which would keep the object in memory
globalThis.WebSocket = class extends Real {
  constructor(url, protocols) {
    super(url, protocols);
    opened.push({ url: String(url), protocols });
  }
};
let worker;
let engine;
before(async () => {
  [worker, engine] = await Promise.all([start({ data: join(folder, "data") }), load()]);
});
after(async () => {
  await worker?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ann = { kind: "shopper", id: "ann" };
const add = { action: "add", actor: ann, args: { item: "mug", count: 1 } };
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
const until = async (what, fn) => {
  for (let n = 0; !(await fn()); n++) {
    assert.ok(n < 600, what);
    await pause(100);
  }
};

function follow(session, options = {}, from = worker) {
  const counted = (url, init) => {
    if (String(url).endsWith("/events")) streams.push(url);
    return fetch(url, init);
  };
  const usual = { actor: ann, storage: null, events: "websocket", fetch: counted };
  return connect(engine, from.url, session, { ...usual, ...options });
}

async function decide(session, from = worker, headers = {}, what = add) {
  const answer = await from.ask("POST", `/v1/sessions/${session}/decisions`, what, headers);
  assert.equal(answer.status, 201, answer.text);
  return answer.json().seq;
}

test("a replica follows over a WebSocket while the object sleeps, and after the worker was restarted", async (t) => {
  await worker.ask("POST", "/v1/sessions", { session: "s", bundle: "checkout@1.0.0" });
  const replica = await follow("s", { pace: { silence: 8_000 } }); // asks with ping every 3 s
  t.after(() => replica.close());
  const hears = async (seq) => until(`decision ${seq} is heard of`, () => replica.head.seq === seq);
  await hears(await decide("s"));
  await replica.propose(add).settled;
  assert.equal(replica.head.seq, 2);
  const sockets = opened.length;

  const begun = async () => (await worker.ask("GET", "/test/begun", undefined, { Object: "session s" })).json();
  const before = await begun();
  for (let wait = 12_000; (await begun()) === before; wait *= 2) {
    assert.ok(wait < 200_000, "the object did not hibernate: does ping wake it?");
    await pause(wait);
    await hears(await decide("s"));
  }
  assert.equal(opened.length, sockets, "over one connection");

  const { port } = new URL(worker.url);
  await worker.kill();
  await until("its end is noticed", () => replica.status !== "live");
  worker = await start({ data: join(folder, "data"), port });
  const missed = await decide("s");
  await hears(missed);
  await until("it is live", () => replica.status === "live");
  await until("another WebSocket is asked for", () => opened.length > sockets);
  // The decision may have come over this connection, or over the question that settled what it had missed.
  const after = Number(/^ws:\/\/.*\/v1\/sessions\/s\/events\?after=(\d+)$/.exec(opened.at(-1).url)?.[1]);
  assert.ok(after === missed || after === missed - 1, opened.at(-1).url);
  await hears(await decide("s"));
  assert.deepEqual(streams, []);

  replica.close();
  const { length } = opened;
  await decide("s");
  assert.equal(opened.length, length);
});

test("a token goes beside the subprotocol, and is asked for again when it has ended", async (t) => {
  const run = (...args) => execFileSync(holdfast, args, { cwd: folder, encoding: "utf8" });
  run("keygen", "--tokens", "issuer");
  const token = (time) =>
    run("token", "--key", "issuer.pem", "--id", "ann", "--kind", "shopper", "--role", "publish", "--for", time).trim();
  const keyed = await start({ vars: { HOLDFAST_KEYS: readFileSync(join(folder, "issuer.pub.pem"), "utf8") } });
  t.after(() => keyed.stop());
  const tokens = [token("1h"), token("9h")];
  const mine = { Authorization: `Bearer ${tokens[1]}` };
  const made = await keyed.ask("POST", "/v1/sessions", { session: "k", bundle: "checkout@1.0.0" }, mine);
  assert.equal(made.status, 201, made.text);
  let asked = 0;
  const replica = await follow("k", { token: () => tokens[Math.min(asked++, 1)] }, keyed);
  t.after(() => replica.close());
  const { actor, ...anonymous } = add;
  const first = await decide("k", keyed, mine, anonymous);
  await until("the first is heard of", () => replica.head.seq === first);
  assert.deepEqual(opened.at(-1).protocols, ["holdfast.v1", `bearer.${tokens[0]}`]);
  const later = await decide("k", keyed, { ...mine, "Test-Now": String(Date.now() + 2 * 3_600_000) }, anonymous);
  await until("the next is heard of", () => replica.head.seq === later);
  await until("another WebSocket", () => opened.at(-1).protocols[1] === `bearer.${tokens[1]}`);
  assert.equal(asked, 2);
  assert.deepEqual(streams, []);
});
