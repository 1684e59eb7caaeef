// This file tests that the arrows between the rooms of web/src run one way, and that no files import each other in a
// circle.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** The rooms, and which others each may import from. The files beside them, the doors, may import from all. */
const below = {
  contract: [],
  documents: ["contract"],
  gates: ["contract", "documents"],
  module: ["contract", "documents", "gates"],
  server: ["contract", "documents", "gates", "module"],
  worker: ["contract", "documents", "module"],
  edge: ["contract", "documents", "module"],
  page: ["contract", "documents", "gates"],
};

const src = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(src, { recursive: true }).filter((name) => name.endsWith(".ts"));

/** What a file imports, types too. */
function importsOf(file) {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport|\bimport\(|new URL\() ?"(\.[^"]+)\.js"/g)]
    .map(([, name]) => normalize(join(dirname(file), name)))
    .map(
      (name) => files.find((one) => one === `${name}.ts` || one === `${name}.d.ts`) ?? assert.fail(`${file}: ${name}`),
    );
}

test("arrows between rooms run one way", () => {
  for (const file of files) {
    const room = dirname(file);
    if (room === ".") continue;
    assert.ok(room in below, `${room} is a room`);
    for (const other of importsOf(file).map((name) => dirname(name)))
      assert.ok(other === room || below[room].includes(other), `${file} imports from ${other}`);
  }
});

test("no files import each other in a circle", () => {
  const done = new Set();
  const visit = (file, above) => {
    assert.ok(!above.includes(file), [...above, file].join(" -> "));
    if (done.has(file)) return;
    for (const other of importsOf(file)) visit(other, [...above, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assert.ok(done.size > 40);
});
