// This file tests the types: what a bundle does not declare does not compile.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = new URL("./types/", import.meta.url);
const tsc = fileURLToPath(new URL("../node_modules/.bin/tsc", import.meta.url));

/** Compiles a file and returns the lines with errors, and what was said. */
function compile(name) {
  const { stdout, error } = spawnSync(
    tsc,
    [
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--target",
      "es2022",
      "--module",
      "nodenext",
      "--skipLibCheck",
      "--pretty",
      "false",
      "--ignoreConfig",
      fileURLToPath(new URL(name, folder)),
    ],
    { encoding: "utf8" },
  );
  assert.equal(error, undefined);
  const at = [...stdout.matchAll(/^\S*?([\w.]+)\((\d+),\d+\): error/gm)].map(([, file, line]) => [file, Number(line)]);
  return { said: stdout, at };
}

test("what a bundle declares compiles", () => {
  const { said } = compile("good.ts");
  assert.equal(said, "");
});

test("what it does not declare does not", () => {
  const wanted = readFileSync(new URL("bad.ts", folder), "utf8")
    .split("\n")
    .flatMap((line, i) => (line.endsWith("// refused") ? [["bad.ts", i + 1]] : []));
  const { said, at } = compile("bad.ts");
  assert.ok(wanted.length > 10);
  assert.deepEqual(at, wanted, said);
});
