// This file looks at what keeps an object in memory, which is paid for: no timer is left after a decision, and those
// who listen over WebSockets are told what happens after the object was away.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { holdfast, listen, start } from "./rig.mjs";

const folder = mkdtempSync(join(tmpdir(), "holdfast-edge-hibernate-"));
let worker;
before(async () => {
  worker = await start();
  for (const session of ["h", "asleep", "many"])
    await worker.ask("POST", "/v1/sessions", { session, bundle: "checkout@1.0.0" });
});
after(async () => {
  await worker?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const add = { action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: "mug", count: 1 } };
const decide = async (session = "h", headers = {}) => {
  const answer = await worker.ask("POST", `/v1/sessions/${session}/decisions`, add, headers);
  assert.equal(answer.status, 201, answer.text);
  return answer.text;
};
const events = (session, query = "", headers = {}) =>
  listen(`${worker.url}/v1/sessions/${session}/events${query}`, headers);
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Waits until no timer is set. One that waits for what was over long ago is there for many seconds. */
async function settled() {
  for (let n = 0; ; n++) {
    const pending = (await worker.ask("GET", "/test/timers")).json();
    if (pending.length === 0) return;
    assert.ok(n < 100, `timers are left: ${pending} ms`);
    await pause(50);
  }
}

test("no timer is left after a decision, a question or a refusal", async () => {
  await decide();
  await settled();
  for (const [method, path, body] of [
    ["POST", "/v1/sessions/h/decisions", { ...add, action: "nope" }],
    ["POST", "/v1/sessions/h/why", add],
    ["POST", "/v1/sessions/h/path", { action: "ship", actor: { kind: "clerk", id: "bob" } }],
    ["POST", "/v1/sessions/h/verify", {}],
    ["GET", "/v1/sessions/h/decisions"],
    ["GET", "/v1/sessions"],
    ["GET", "/v1/sessions/none"],
  ]) {
    await worker.ask(method, path, body);
    await settled();
  }
  await Promise.all(Array.from({ length: 20 }, () => decide()));
  await settled();
});

test("no timer is left after a stream of events has ended", async () => {
  const control = new AbortController();
  const response = await fetch(`${worker.url}/v1/sessions/h/events?after=0`, { signal: control.signal });
  await response.body.getReader().read();
  control.abort();
  await decide(); // what is written to a reader that is gone tells the stream so
  await decide();
  await settled();
});

test("those who listen over a WebSocket hear each decision once, in order, as its bytes", async () => {
  const { seq } = (await worker.ask("GET", "/v1/sessions/h")).json();
  const [late, early] = await Promise.all([events("h"), events("h", `?after=${seq - 2}`)]);
  assert.deepEqual([late.status, early.status], [101, 101]);
  const told = [];
  for (let n = 0; n < 5; n++) told.push(await decide());
  for (const line of told) assert.equal(await late.next(), line);
  const log = (await worker.ask("GET", `/v1/sessions/h/decisions?from=${seq - 1}`)).text.split("\n").slice(0, -1);
  for (const line of log) assert.equal(await early.next(), line);
  for (const listener of [late, early]) {
    listener.say("ping");
    assert.equal(await listener.next(), "pong", "and no decision twice before");
    listener.end();
    assert.equal((await listener.closed).code, 1000);
  }
  await settled();
});

test("a listener who says anything else is told that it is not listened to", async () => {
  const listener = await events("h");
  listener.say("hello");
  assert.equal((await listener.closed).code, 1003);
});

test("an object that was away tells those who listen of the next decision", async () => {
  const begun = async () => (await worker.ask("GET", "/test/begun", undefined, { Object: "session asleep" })).json();
  const listener = await events("asleep");
  assert.equal(listener.status, 101);
  await decide("asleep");
  JSON.parse(await listener.next());
  const before = await begun();
  // workerd lets an object hibernate that nobody has asked for 10 seconds; on a busy machine it may be later.
  let line;
  for (let wait = 12_000; (await begun()) === before; wait *= 2) {
    assert.ok(wait < 200_000, "the object did not hibernate");
    await pause(wait);
    line = await decide("asleep");
    assert.equal(await listener.next(), line);
  }
  listener.end();
});

test("what may not listen: unknown sessions, other origins, other protocols, what is not recorded yet", async () => {
  for (const [session, query, headers, status] of [
    ["none", "", {}, 404],
    ["h", "?after=99999", {}, 409],
    ["h", "?after=x", {}, 400],
    ["h", "?after=-1", {}, 400],
    ["h", "", { Origin: "https://evil.example" }, 403],
    ["h", "", { Origin: "null" }, 403],
    ["h", "", { "Sec-WebSocket-Protocol": "chat" }, 400],
  ])
    assert.equal(
      (await events(session, query, headers)).status,
      status,
      `${session} ${query} ${JSON.stringify(headers)}`,
    );
  const { host } = new URL(worker.url);
  const same = await events("h", "", { Origin: `http://${host}`, "Sec-WebSocket-Protocol": "holdfast.v1" });
  assert.deepEqual([same.status, same.headers["sec-websocket-protocol"]], [101, "holdfast.v1"]);
  same.drop();
});

test("a token may hold so many listeners, and one who is far behind reads the log first", async () => {
  const all = [];
  for (let n = 0; n < 100; n++) all.push(await events("many"));
  assert.ok(all.every(({ status }) => status === 101));
  assert.equal((await events("many")).status, 429);
  const line = await decide("many");
  for (const listener of all) assert.equal(await listener.next(), line);
  all[0].end();
  await all[0].closed;
  assert.equal((await events("many")).status, 101);
  for (const listener of all) listener.drop();
  for (let n = 0; n < 1100; n += 100) await Promise.all(Array.from({ length: 100 }, () => decide("many")));
  assert.equal((await events("many", "?after=0")).status, 409);
});

test("with keys, a token says who may listen, and nothing is told when it has ended", async () => {
  const run = (...args) => execFileSync(holdfast, args, { cwd: folder, encoding: "utf8" });
  run("keygen", "--tokens", "issuer");
  const token = (...more) =>
    run("token", "--key", "issuer.pem", "--id", "ann", "--kind", "shopper", "--role", "publish", ...more).trim();
  const keyed = await start({
    vars: {
      HOLDFAST_KEYS: readFileSync(join(folder, "issuer.pub.pem"), "utf8"),
      HOLDFAST_ORIGINS: "https://app.example",
    },
  });
  try {
    const long = token("--for", "9h");
    const mine = { Authorization: `Bearer ${long}` };
    assert.equal(
      (await keyed.ask("POST", "/v1/sessions", { session: "k", bundle: "checkout@1.0.0" }, mine)).status,
      201,
    );
    const url = `${keyed.url}/v1/sessions/k/events`;
    assert.equal((await listen(url)).status, 401);
    assert.equal((await listen(url, { "Sec-WebSocket-Protocol": "holdfast.v1, bearer.x.y.z" })).status, 401);
    const short = token("--for", "1h");
    const [page, brief] = await Promise.all([
      listen(url, { "Sec-WebSocket-Protocol": `holdfast.v1, bearer.${long}`, Origin: "https://app.example" }),
      listen(url, { Authorization: `Bearer ${short}` }),
    ]);
    assert.deepEqual([page.status, page.headers["sec-websocket-protocol"], brief.status], [101, "holdfast.v1", 101]);
    const { actor, ...anonymous } = add;
    const post = (headers = {}) => keyed.ask("POST", "/v1/sessions/k/decisions", anonymous, { ...mine, ...headers });
    const { text } = await post();
    assert.deepEqual([await page.next(), await brief.next()], [text, text]);
    const later = await post({ "Test-Now": String(Date.now() + 2 * 3_600_000) });
    assert.equal(await page.next(), later.text);
    assert.deepEqual(await brief.closed, { code: 4401, reason: "auth/expired" });
    assert.deepEqual(brief.heard, [text]);
  } finally {
    await keyed.stop();
  }
});
