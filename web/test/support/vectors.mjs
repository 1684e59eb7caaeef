// This file finds the golden vectors on disk.

import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { files } from "./golden.mjs";

export const goldenFolder = new URL("../../../testdata/golden/", import.meta.url);

/** Returns every vector, `{name, read}` each. Throws where there are none, or one lacks a file: nothing is skipped. */
export function goldenVectors() {
  const names = readdirSync(goldenFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  if (names.length === 0) throw new Error("testdata/golden holds no vectors: there is nothing to replay");
  return names.map((name) => {
    const folder = new URL(`${name}/`, goldenFolder);
    for (const file of files)
      if (!existsSync(new URL(file, folder))) throw new Error(`testdata/golden/${name} lacks ${file}`);
    return { name, read: async (file) => new Uint8Array(await readFile(new URL(file, folder))) };
  });
}
