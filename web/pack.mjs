// This file completes dist/: its scripts made small, the module that was built, as a file, and what is in scripts
// for where no files can be had: the module once more, and the worker's script in one piece.

import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const script = (name, text) => writeFileSync(at(`dist/${name}.js`), `export default${JSON.stringify(text)};\n`);

if (!existsSync(at("../dist/holdfast.wasm"))) {
  console.error("dist/holdfast.wasm is missing: ./build.sh module");
  process.exit(1);
}
const options = { minify: true, treeShaking: true, tsconfigRaw: {}, logLevel: "error" };
const scripts = readdirSync(at("dist"), { recursive: true }).filter((name) => name.endsWith(".js"));
const entryPoints = scripts.map((name) => at(`dist/${name}`));
await build({ ...options, entryPoints, outbase: at("dist"), outdir: at("dist"), allowOverwrite: true });

copyFileSync(at("../dist/holdfast.wasm"), at("dist/module/holdfast.wasm"));
script("module/packed", gzipSync(readFileSync(at("dist/module/holdfast.wasm")), { level: 9 }).toString("base64"));

const whole = { ...options, bundle: true, write: false, format: "iife", target: "es2022" };
const { outputFiles } = await build({ ...whole, entryPoints: [at("dist/worker/service.js")] });
script("worker/served", outputFiles[0].text);
