// This file completes dist/: with the module that was built, as a file, and with what inline.ts has
// in scripts for where no files can be had: the module once more, and the worker's script in one piece.

import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const script = (name, text) => writeFileSync(at(`dist/${name}.js`), `export default${JSON.stringify(text)};\n`);

if (!existsSync(at("../dist/holdfast.wasm"))) {
  console.error("dist/holdfast.wasm is missing: ./build.sh module");
  process.exit(1);
}
copyFileSync(at("../dist/holdfast.wasm"), at("dist/holdfast.wasm"));
script("packed", gzipSync(readFileSync(at("dist/holdfast.wasm")), { level: 9 }).toString("base64"));

const options = { bundle: true, write: false, format: "iife", minify: true, target: "es2022", tsconfigRaw: {} };
const { outputFiles } = await build({ ...options, entryPoints: [at("dist/service.js")], logLevel: "error" });
script("served", outputFiles[0].text);
