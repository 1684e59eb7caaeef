// This file plays the golden sessions in workerd: by the SDK in a worker, and over HTTP through
// objects. Both give the recorded bytes.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { built, probe, read, start, top } from "./rig.mjs";

const day = 1767225600000; // 2026-01-01, when golden sessions begin

const sessionsIn = (folder) =>
  readdirSync(join(top, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      ...Object.fromEntries(
        ["bundle.json", "proposals.jsonl", "decisions.jsonl"].map((file) => [
          file.split(".")[0],
          read(`${folder}/${name}/${file}`, "latin1"),
        ]),
      ),
    })); // bytes, since some of them are not UTF-8
const goldens = sessionsIn("testdata/golden");

const bytes = (text) => Buffer.from(text, "latin1");
const utf8 = (text) => bytes(text).toString();

let worlds, sdk;
before(async () => {
  const { "holdfast.js": shell, "holdfast.wasm": module, "program.wasm": program } = built;
  const modules = {
    "worlds.js": "host/edge/test/worlds.js",
    "clock.js": "host/edge/test/clock.js",
    "holdfast.js": shell,
    "holdfast.wasm": module,
    "program.wasm": program,
  };
  [worlds, sdk] = await Promise.all([
    start({ modules, objects: Array.from({ length: 10 }, (_, n) => `World${n}`) }),
    probe(),
  ]);
});
after(() => Promise.all([worlds?.stop(), sdk?.stop()]));

test("there are golden sessions", () => assert.equal(goldens.length, 10, "as many as there are worlds"));

for (const { name, bundle, proposals, decisions } of goldens) {
  test(`${name}: the SDK in a worker`, async () => {
    const { status, text } = await sdk.ask("POST", "/play", { bundle, proposals });
    assert.equal(status, 200, text);
    assert.equal(text, utf8(decisions));
  });
}

// go run ./host/parity/vectors dist/families 60
test("children: the SDK in a worker", async () => {
  const families = sessionsIn("dist/families");
  assert.ok(families.length >= 60);
  for (const { name, bundle, proposals, decisions } of families) {
    const { status, text } = await sdk.ask("POST", "/play", { bundle, proposals });
    assert.equal(status, 200, text);
    assert.equal(text, utf8(decisions), name);
  }
});

/**
 * Returns how many proposals a server decides as they were recorded. Where the bundle says who ends what waits, a
 * server does so when it is due, before it decides on anything else; the recorded session waited for a proposal.
 * expire.test.mjs goes on.
 */
function untilDue({ bundle, proposals, decisions }) {
  const { hold = {} } = JSON.parse(utf8(bundle));
  const all = utf8(proposals).trimEnd().split("\n");
  if (hold.by === undefined) return all.length;
  const seconds = { s: 1, m: 60, h: 3600 };
  const ttl = [...(hold.ttl ?? "300s").matchAll(/(\d+)([smh])/g)].reduce(
    (sum, [, n, unit]) => sum + n * seconds[unit] * 1000,
    0,
  );
  const recorded = utf8(decisions).trimEnd().split("\n");
  const waiting = new Map(); // seq to when it is due
  for (const [n, line] of recorded.entries()) {
    const { error, args, at, seq, verdict } = JSON.parse(line);
    if (error !== undefined) continue;
    if ([...waiting.values()].some((due) => due <= at)) return n;
    if (verdict === "hold") waiting.set(seq, at + ttl);
    if (verdict === "commit") waiting.delete(args.hold); // confirmed or declined
  }
  return all.length;
}

// A session of another name has another genesis, so each is `play`, in a world of its own.
for (const [world, golden] of goldens.entries()) {
  const { name, bundle, proposals, decisions } = golden;
  test(`${name}: over HTTP, through an object`, async () => {
    const ask = (method, path, body, headers) =>
      worlds.ask(method, path, body, { "Test-World": String(world), ...headers });
    const published = await ask("POST", "/v1/bundles", bytes(bundle));
    assert.equal(published.status, 201, published.text);
    const created = await ask("POST", "/v1/sessions", { session: "play", bundle: published.json().digest });
    assert.equal(created.status, 201, created.text);
    const recorded = utf8(decisions).trimEnd().split("\n");
    const want = [];
    const most = untilDue(golden);
    assert.ok(most > 30 || most === recorded.length, `${most} of ${recorded.length}`);
    for (const [n, proposal] of proposals.trimEnd().split("\n").slice(0, most).entries()) {
      if (proposal.includes('"id":""')) continue; // to a server an empty id is one that is left out
      const failed = recorded[n].startsWith('{"error"');
      let now = day + n * 1000;
      if (!failed) now = JSON.parse(utf8(proposal)).at ?? now;
      const answer = await ask("POST", "/v1/sessions/play/decisions", bytes(proposal), { "Test-Now": String(now) });
      if (failed) {
        assert.ok(answer.status >= 400 && answer.status < 500, `${proposal}: ${answer.status} ${answer.text}`);
        continue;
      }
      assert.equal(answer.text, recorded[n], proposal);
      assert.equal(answer.status, 201);
      want.push(recorded[n]);
    }
    const log = await ask("GET", "/v1/sessions/play/decisions");
    assert.equal(log.text, want.map((line) => line + "\n").join(""));
    const verified = await ask("POST", "/v1/sessions/play/verify");
    assert.deepEqual([verified.status, verified.json().same, verified.json().seq], [200, true, want.length]);
  });
}
