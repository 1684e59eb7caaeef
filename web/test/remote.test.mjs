// This file tests what a replica knows of time: the server's clock, and how long to wait.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { HoldfastError } from "../dist/index.js";
import { Follower } from "../dist/server/follow.js";
import { Clock } from "../dist/server/clock.js";
import { Problem, passing } from "../dist/server/problem.js";
import { Remote } from "../dist/server/remote.js";
import { fakeSockets } from "./support/socket.mjs";

const date = (millis) => new Date(Math.floor(millis / 1000) * 1000).toUTCString();

test("the server's clock is found out to within what its answers can say", () => {
  for (const ahead of [0, 137, -137, 5_400, -5_400, 3_600_000, -86_400_000]) {
    const clock = new Clock();
    const errors = [];
    for (let i = 0, at = 1_767_225_600_123; i < 20; i++, at += 3_457) {
      const there = 20 + (i % 7) * 10;
      clock.heard(date(at + there + ahead), at, at + there + 30);
      errors.push(Math.abs(clock.ahead - ahead));
    }
    assert.ok(errors[0] <= 1_050, `after one answer it is off by ${errors[0]}`);
    assert.ok(errors.at(-1) <= 250, `after twenty it is off by ${errors.at(-1)}`);
  }
});

test("a clock that was set is found out again, and a missing or odd header says nothing", () => {
  const clock = new Clock();
  const at = 1_767_225_600_000;
  clock.heard(date(at), at, at + 10);
  clock.heard(null, at, at + 10);
  clock.heard("yesterday", at, at + 10);
  assert.equal(clock.ahead, 0);
  clock.heard(date(at + 60_000), at, at + 10);
  assert.ok(Math.abs(clock.ahead - 60_000) <= 1_000);
});

test("pauses grow to a bound, have jitter, and are as long as the server says", async (t) => {
  const waited = [];
  mock.method(globalThis, "setTimeout", (fn, millis) => (waited.push(millis), queueMicrotask(fn), undefined));
  t.after(() => mock.restoreAll());
  const follower = new Follower({}, {}, { retry: 100, longest: 5_000 });
  for (let tries = 0; tries < 30; tries++) await follower.pause(tries);
  waited.forEach((millis, tries) => {
    const most = Math.min(5_000, 100 * 2 ** tries);
    assert.ok(millis >= most / 2 && millis <= most, `${tries}: ${millis}`);
  });
  assert.ok(new Set(waited.slice(-10)).size > 1);
  waited.length = 0;
  const busy = (retryAfter) => new Problem("limit/rate", "", { status: 429, retryAfter });
  await follower.pause(0, busy(3_000));
  await follower.pause(0, busy(3_600_000));
  await follower.pause(0, new HoldfastError("replica/unreachable", ""));
  assert.ok(waited[0] >= 3_000 && waited[0] <= 3_100);
  assert.ok(waited[1] >= 50_000 && waited[1] <= 50_100, "it does not wait for an hour");
  assert.ok(waited[2] <= 100);
});

test("what may pass is told from what will not", () => {
  const of = (status, code) => passing(new Problem(code, "", { status }));
  for (const [status, code, wanted] of [
    [500, "server/internal", true],
    [503, "ledger/unavailable", true],
    [507, "ledger/full", true],
    [429, "limit/rate", true],
    [502, "replica/answer", true],
    [404, "replica/answer", true],
    [500, "session/corrupt", false],
    [401, "auth/expired", false],
    [403, "auth/actor", false],
    [404, "session/unknown", false],
    [409, "session/stale", false],
    [422, "proposal/argument", false],
  ])
    assert.equal(of(status, code), wanted, `${status} ${code}`);
  assert.equal(passing(new HoldfastError("replica/unreachable", "")), true);
  assert.equal(passing(new HoldfastError("replica/differs", "")), false);
  assert.equal(passing(new HoldfastError("engine/trap", "")), false);
});

test("requests that are refused together ask for one token", async () => {
  let asked = 0;
  const remote = new Remote("http://h/", {
    token: () => `t${++asked}`,
    fetch: async (url, { headers }) =>
      headers.authorization === "Bearer t1"
        ? new Response('{"code":"auth/expired"}', { status: 401 })
        : new Response("{}", { headers: { "content-type": "application/json" } }),
  });
  assert.deepEqual(await Promise.all([1, 2, 3].map((n) => remote.text(`/${n}`, "application/json"))), [
    "{}",
    "{}",
    "{}",
  ]);
  assert.equal(asked, 2);
});

/** Reads events over a WebSocket that the test plays. */
function listening(t, options = {}, silence = 80) {
  const sockets = fakeSockets(t);
  const control = new AbortController();
  let heard = 0;
  const remote = new Remote("https://h/base/", { events: "websocket", ...options });
  const events = remote.events("a b", 7, () => heard++, control, silence);
  const next = events.next(); // begins
  return { sockets, control, events, next, heard: () => heard };
}

test("over a WebSocket decisions come as they are, after the last, with the token beside the protocol", async (t) => {
  const { sockets, events, next, heard } = listening(t, { token: () => "t.o.k" });
  const socket = await sockets.next();
  assert.equal(socket.url, "wss://h/base/v1/sessions/a%20b/events?after=7");
  assert.deepEqual(socket.protocols, ["holdfast.v1", "bearer.t.o.k"]);
  socket.onopen();
  assert.deepEqual(socket.sent, ["ping"]);
  for (const data of ["pong", "eight", "nine"]) socket.onmessage({ data });
  socket.onclose({ reason: "auth/expired" });
  assert.deepEqual((await next).value, { event: "decision", data: "eight" });
  assert.deepEqual((await events.next()).value, { event: "decision", data: "nine" });
  assert.deepEqual((await events.next()).value, { event: "end", data: "auth/expired" });
  assert.equal((await events.next()).done, true);
  assert.equal(heard(), 3);
  assert.equal(socket.closed, true);
});

test("a WebSocket that does not open, says nothing, falls silent or sends bytes is an end with a reason", async (t) => {
  for (const [code, play] of [
    ["replica/answer", (socket) => socket.onclose({ reason: "" })],
    ["replica/answer", (socket) => socket.onopen()],
    ["replica/unreachable", (socket) => (socket.onopen(), socket.onmessage({ data: "pong" }))],
    ["replica/answer", (socket) => (socket.onopen(), socket.onmessage({ data: new ArrayBuffer(1) }))],
  ]) {
    const { sockets, next } = listening(t);
    const socket = await sockets.next();
    assert.deepEqual(socket.protocols, ["holdfast.v1"]);
    play(socket);
    await assert.rejects(next, { code });
    assert.equal(socket.closed, true);
  }
});

test("a WebSocket that answers lives on, and is closed with the replica", async (t) => {
  const { sockets, control, next, heard } = listening(t);
  const socket = await sockets.next();
  const send = socket.send;
  socket.send = (text) => (send.call(socket, text), queueMicrotask(() => socket.onmessage?.({ data: "pong" })));
  socket.onopen();
  while (socket.sent.length < 5) await new Promise((done) => setTimeout(done, 10));
  assert.ok(heard() >= 4);
  control.abort();
  assert.equal((await next).done, true);
  assert.equal(socket.closed, true);
  assert.deepEqual([...new Set(socket.sent)], ["ping"]);
});

test("where there is no WebSocket, asking for one is refused", (t) => {
  const { WebSocket } = globalThis;
  t.after(() => (globalThis.WebSocket = WebSocket));
  globalThis.WebSocket = undefined;
  assert.throws(() => new Remote("http://h", { events: "websocket" }), TypeError);
});
