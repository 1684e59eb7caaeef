// This file tests how a replica follows its server: by a stream, by a WebSocket, or by asking for the log.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../dist/replica.js";
import {
  actor,
  assertFollows,
  assertStopped,
  deaf,
  engine,
  lie,
  open,
  pace,
  setting,
  until,
} from "./support/replica.mjs";
import { fakeSockets } from "./support/socket.mjs";
import { add } from "./support/tally.mjs";

open();

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
