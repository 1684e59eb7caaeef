// This file has a gate use the engine of the whole server beside it, which comes with a copy of the SDK of its own:
// what a client does wrong is told it as such, and a session of the server is what the gate decides on.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { built, start, top } from "./rig.mjs";

let worker;
before(async () => {
  const gate = execFileSync(join(top, "web/node_modules/.bin/esbuild"), [
    join(top, "web/dist/edge.js"),
    "--bundle",
    "--format=esm",
  ]);
  worker = await start({ modules: { "beside.js": "host/edge/test/beside.js", "edge.js": gate, ...built } });
  await worker.ask("POST", "/v1/sessions", { session: "s", bundle: "checkout@1.0.0" });
});
after(() => worker?.stop());

const ask = async (path, body) => {
  const { status, json } = await worker.ask("POST", path, body);
  const { code, verdict, seq } = json();
  return [status, code ?? verdict, seq];
};

test("an error of the other copy is the client's where it is", async () => {
  for (const [body, status, code] of [
    [{ item: "hat", count: 1 }, 422, "proposal/argument"],
    [{ item: "mug" }, 422, "proposal/argument"],
    ["[]", 422, "proposal/shape"],
    ['{"item":"mug","item":"mug"}', 400, "json/duplicate-key"],
    [{ item: "x".repeat(70_000), count: 1 }, 413, "limit/proposal"],
  ])
    assert.deepEqual((await ask("/carts/s", body)).slice(0, 2), [status, code]);
});

test("a session of the server beside it is what the gate decides on, and none is none", async () => {
  assert.deepEqual(await ask("/carts/s", { item: "poster", count: 2 }), [200, "commit", 1]);
  const add = { action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: "poster", count: 2 } };
  assert.equal((await worker.ask("POST", "/v1/sessions/s/decisions", add)).status, 201);
  assert.deepEqual((await ask("/carts/s", { item: "poster", count: 2 })).slice(0, 2), [403, "gate/refused"]);
  assert.deepEqual(await ask("/carts/s", { item: "poster", count: 1 }), [200, "commit", 2]);
  assert.deepEqual((await ask("/carts/none", { item: "poster", count: 1 })).slice(0, 2), [404, "session/unknown"]);
});
