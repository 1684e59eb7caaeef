// This file tests the types of a worker, with the runtime's own and an environment as wrangler generates it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { top } from "./rig.mjs";

const folder = join(top, "host/edge/test/types");

/** Compiles a file and returns the lines with errors, and what was said. */
function compile(name) {
  const { stdout, error } = spawnSync(
    join(top, "web/node_modules/.bin/tsc"),
    [
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--noUncheckedIndexedAccess",
      "--target",
      "es2022",
      "--lib",
      "es2024",
      "--module",
      "es2022",
      "--moduleResolution",
      "bundler",
      "--pretty",
      "false",
      "--ignoreConfig",
      "--types",
      "@cloudflare/workers-types/index.d.ts",
      join(folder, name),
      join(folder, "env.d.ts"),
    ],
    { encoding: "utf8", cwd: join(top, "host/edge") },
  );
  assert.equal(error, undefined);
  return {
    said: stdout,
    at: [...stdout.matchAll(/^\S*?([\w.]+)\((\d+),\d+\): error/gm)].map(([, file, line]) => [file, Number(line)]),
  };
}

test("a worker that is written right compiles, without a look away from any library", () => {
  assert.equal(compile("good.ts").said, "");
});

test("one that is not does not", () => {
  const lines = readFileSync(join(folder, "bad.ts"), "utf8").split("\n");
  const wanted = lines.flatMap((line, i) => (line.endsWith("// refused") ? [["bad.ts", i + 1]] : []));
  const { said, at } = compile("bad.ts");
  assert.ok(wanted.length > 15);
  assert.deepEqual(at, wanted, said);
});
