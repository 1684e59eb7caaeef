// This file adds up the memory of sessions that are asked at once in one isolate, of which the platform gives 128 MB.

import assert from "node:assert/strict";
import { test } from "node:test";
import { built, start } from "./rig.mjs";

test("nine sessions that are asked at once fit into an isolate, beside the registry and the module", async () => {
  const modules = { "memory.js": "host/edge/test/memory.js", "instances.js": "host/edge/test/instances.js", ...built };
  const worker = await start({ modules });
  try {
    const add = { action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: "mug", count: 1 } };
    for (let n = 0; n < 9; n++) {
      await worker.ask("POST", "/v1/sessions", { session: `s${n}`, bundle: "checkout@1.0.0" });
      for (let round = 0; round < 5; round++) await worker.ask("POST", `/v1/sessions/s${n}/decisions`, add);
    }
    const sizes = (await worker.ask("GET", "/test/memory")).json();
    const megabytes = sizes.map((size) => size / 2 ** 20);
    assert.equal(sizes.length, 11, "a program for each, one for the registry, and the module once");
    const sum = megabytes.reduce((sum, size) => sum + size, 0);
    assert.ok(sum < 128, `${sum} MB: ${megabytes.join(" ")}`);
    console.log(`${megabytes.map((size) => size.toFixed(1)).join(" + ")} = ${sum.toFixed(1)} MB`);
  } finally {
    await worker.stop();
  }
});
