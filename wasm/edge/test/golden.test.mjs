// This file plays the golden sessions in workerd: by the SDK in a worker, and over HTTP through
// objects. Both give the recorded bytes.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { probe, read, start, top } from "./rig.mjs";

const day = 1767225600000; // 2026-01-01, when golden sessions begin

const goldens = readdirSync(join(top, "testdata/golden"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, ...Object.fromEntries(["bundle.json", "proposals.jsonl", "decisions.jsonl"].map((file) => [file.split(".")[0], read(`testdata/golden/${name}/${file}`, "latin1")])) })); // bytes, since some of them are not UTF-8

const bytes = (text) => Buffer.from(text, "latin1");
const utf8 = (text) => bytes(text).toString();

let sdk;
before(async () => {
  sdk = await probe();
});
after(() => sdk?.stop());

test("there are golden sessions", () => assert.ok(goldens.length >= 9));

for (const { name, bundle, proposals, decisions } of goldens) {
  test(`${name}: the SDK in a worker`, async () => {
    const { status, text } = await sdk.ask("POST", "/play", { bundle, proposals });
    assert.equal(status, 200, text);
    assert.equal(text, utf8(decisions));
  });
}

// A session of another name has another genesis, so that each has its turn as `play`, on storage of its own.
for (const { name, bundle, proposals, decisions } of goldens) {
  test(`${name}: over HTTP, through an object`, async () => {
    const fresh = await start();
    try {
      const published = await fresh.ask("POST", "/v1/bundles", bytes(bundle));
      assert.equal(published.status, 201, published.text);
      const created = await fresh.ask("POST", "/v1/sessions", { session: "play", bundle: published.json().digest });
      assert.equal(created.status, 201, created.text);
      const recorded = utf8(decisions).trimEnd().split("\n");
      const want = [];
      for (const [n, proposal] of proposals.trimEnd().split("\n").entries()) {
        if (proposal.includes('"id":""')) continue; // to a server an empty id is one that is left out
        const failed = recorded[n].startsWith('{"error"');
        let now = day + n * 1000;
        if (!failed) now = JSON.parse(utf8(proposal)).at ?? now;
        const answer = await fresh.ask("POST", "/v1/sessions/play/decisions", bytes(proposal), { "Test-Now": String(now) });
        if (failed) {
          assert.ok(answer.status >= 400 && answer.status < 500, `${proposal}: ${answer.status} ${answer.text}`);
          continue;
        }
        assert.equal(answer.text, recorded[n], proposal);
        assert.equal(answer.status, 201);
        want.push(recorded[n]);
      }
      const log = await fresh.ask("GET", "/v1/sessions/play/decisions");
      assert.equal(log.text, want.map((line) => line + "\n").join(""));
      const verified = await fresh.ask("POST", "/v1/sessions/play/verify");
      assert.deepEqual([verified.status, verified.json().same, verified.json().seq], [200, true, want.length]);
    } finally {
      await fresh.stop();
    }
  });
}
