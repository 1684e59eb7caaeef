// This file tests what a replica knows of time: the server's clock, and how long to wait.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { HoldfastError } from "../dist/index.js";
import { Follower } from "../dist/follow.js";
import { Clock, Problem, Remote, passing } from "../dist/remote.js";

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
  assert.ok(waited[1] >= 50_000 && waited[1] <= 50_100, "nobody waits for an hour");
  assert.ok(waited[2] <= 100);
});

test("what may pass is told from what will not", () => {
  const of = (status, code) => passing(new Problem(code, "", { status }));
  for (const [status, code, wanted] of [
    [500, "server/internal", true], [503, "ledger/unavailable", true], [507, "ledger/full", true], [429, "limit/rate", true], [502, "replica/answer", true], [404, "replica/answer", true],
    [500, "session/corrupt", false], [401, "auth/expired", false], [403, "auth/actor", false], [404, "session/unknown", false], [409, "session/stale", false], [422, "proposal/argument", false],
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
      headers.authorization === "Bearer t1" ? new Response('{"code":"auth/expired"}', { status: 401 }) : new Response("{}", { headers: { "content-type": "application/json" } }),
  });
  assert.deepEqual(await Promise.all([1, 2, 3].map((n) => remote.text(`/${n}`, "application/json"))), ["{}", "{}", "{}"]);
  assert.equal(asked, 2);
});
