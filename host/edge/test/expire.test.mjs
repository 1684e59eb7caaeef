// This file has what waits in a session come to its end although nobody asks: the object's alarm has it expired, as the
// agent that the bundle names.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { listen, start } from "./rig.mjs";

const bundle = {
  holdfast: 1,
  bundle: "door",
  version: "1.0.0",
  governance: ["user"],
  agents: { user: {}, guest: { proposes: true }, system: {} },
  state: { opened: { type: { int: [0, 1000] }, owner: ["user"] } },
  actions: { unlock: { by: ["user", "guest"], set: { opened: "state.opened + 1" } } },
  hold: { ttl: "2s", on_expire: "drop", by: "system" },
};
const unlock = { action: "unlock", actor: { kind: "guest", id: "g" } };
const folder = mkdtempSync(join(tmpdir(), "holdfast-edge-expire-"));
const data = join(folder, "data");
/** What never comes is a failure after a while, and not a test that never ends. */
const patient = { timeout: 180_000 };
const listeners = [];
const hear = async (session, query = "") => {
  const listener = await listen(`${worker.url}/v1/sessions/${session}/events${query}`);
  listeners.push(listener);
  return listener;
};
let worker;
before(async () => {
  worker = await start({ data });
  assert.equal((await worker.ask("POST", "/v1/bundles", bundle)).status, 201);
});
after(async () => {
  for (const listener of listeners) listener.drop();
  await worker?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const create = (session) => worker.ask("POST", "/v1/sessions", { session, bundle: "door@1.0.0" });
const park = async (session) => {
  const { status, text, json } = await worker.ask("POST", `/v1/sessions/${session}/decisions`, unlock);
  assert.deepEqual([status, json().verdict], [201, "hold"], text);
  return text;
};

test("what nobody confirms expires, and those who listen are told", patient, async () => {
  await create("one");
  const listener = await hear("one");
  const parked = await park("one");
  assert.equal(await listener.next(), parked);
  const expired = JSON.parse(await listener.next()); // nobody has asked
  assert.deepEqual(
    [expired.action, expired.actor, expired.verdict, expired.seq],
    ["expire", { id: "holdfast", kind: "system" }, "commit", 2],
  );
  assert.ok(expired.at >= JSON.parse(listener.heard[0]).at + 2000);
  assert.equal((await worker.ask("POST", "/v1/sessions/one/verify")).json().same, true);
});

test("several of one session expire, each at its time, and once", patient, async () => {
  await create("several");
  const listener = await hear("several");
  for (let n = 0; n < 3; n++) {
    await park("several");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const heard = [];
  while (heard.filter(({ action }) => action === "expire").length < 3) heard.push(JSON.parse(await listener.next()));
  const holds = heard.filter(({ action }) => action === "expire").map(({ args }) => args.hold);
  assert.deepEqual([...holds].sort(), [1, 2, 3]);
  assert.equal((await worker.ask("GET", "/v1/sessions/several")).json().seq, 6);
});

test("what is confirmed in time does not expire", patient, async () => {
  await create("confirmed");
  const listener = await hear("confirmed");
  const { seq, proposal } = JSON.parse(await park("confirmed"));
  const confirm = { action: "confirm", actor: { kind: "user", id: "u" }, args: { hold: seq, digest: proposal } };
  assert.equal((await worker.ask("POST", "/v1/sessions/confirmed/decisions", confirm)).json().verdict, "commit");
  await park("confirmed"); // the alarm of the first comes and finds nothing; that of this one does
  for (let n = 0; n < 3; n++) await listener.next();
  const last = JSON.parse(await listener.next());
  assert.deepEqual([last.action, last.args], ["expire", { hold: 3 }]);
});

test("the alarm outlives the runtime", patient, async () => {
  await create("killed");
  await park("killed");
  await worker.kill();
  worker = await start({ data });
  const listener = await hear("killed", "?after=1");
  assert.equal(JSON.parse(await listener.next()).action, "expire");
});
