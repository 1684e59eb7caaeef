// This file replays the golden vectors, and those of children, in Node and compares byte for byte.

import assert from "node:assert/strict";
import { test } from "node:test";
import { replayAll } from "./support/golden.mjs";
import { allVectors } from "./support/vectors.mjs";

test("every golden vector is decided to the recorded bytes", async () => {
  const vectors = allVectors();
  const results = await replayAll(vectors);
  assert.equal(results.length, vectors.length);
  for (const { name, lines, differs } of results) {
    assert.equal(
      differs,
      undefined,
      `${name}, line ${differs?.line}:\nwanted ${differs?.wanted}\ngot    ${differs?.got}`,
    );
    assert.ok(lines > 0, `${name} has no lines`);
  }
});
