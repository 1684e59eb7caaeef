// This file finds the golden vectors on disk.

import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { files } from "./golden.mjs";

export const goldenFolder = new URL("../../../testdata/golden/", import.meta.url);
const familyFolder = new URL("../../../dist/families/", import.meta.url);

/** Returns every golden session, `{name, read}` each. Throws where there are none, or one lacks a file. */
export function goldenVectors() {
  return vectorsIn(goldenFolder, "testdata/golden");
}

/** Returns the golden sessions, and sessions of bundles that extend others, which are made and not kept. */
export function allVectors() {
  const made = "dist/families (go run ./host/parity/vectors dist/families 60)";
  return [...goldenVectors(), ...vectorsIn(familyFolder, made)];
}

function vectorsIn(folder, called) {
  const names = (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  if (names.length === 0) throw new Error(`${called} has no vectors: there is nothing to replay`);
  return names.map((name) => {
    const one = new URL(`${name}/`, folder);
    for (const file of files) if (!existsSync(new URL(file, one))) throw new Error(`${called}: ${name} lacks ${file}`);
    return { name, read: async (file) => new Uint8Array(await readFile(new URL(file, one))) };
  });
}
