// This file helps Vitest in Cloudflare's runtime to import the worker: in a second or two, and not in half a minute.
//
// That runtime asks Vite for each module, and gets a WebAssembly one as a JSON list of its bytes: 23 million numbers.
// With this plugin it reads the two files from the disk, as it does when it runs for itself.

import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const mark = "\0holdfast:";

/** A plugin for Vite. */
export const wasm = {
  name: "holdfast-wasm",
  enforce: "pre",
  resolveId: (id) => (/^@holdfast\/edge\/\w+\.wasm$/.test(id) ? `${mark}${basename(id)}.js` : undefined),
  load: (id) =>
    id.startsWith(mark)
      ? `import { env } from "cloudflare:workers";
const answer = await env.HOLDFAST_FILES.fetch("http://files/${basename(id.slice(mark.length), ".js")}");
const name = Object.keys(env).find((name) => name.endsWith("UNSAFE_EVAL"));
if (name === undefined)
  throw new Error("Cloudflare's plugin for Vitest compiles nothing: leave @holdfast/edge/vitest out");
export default env[name].newWasmModule(await answer.arrayBuffer());`
      : undefined,
};

/** What Miniflare has to be told besides. */
export const miniflare = {
  serviceBindings: {
    HOLDFAST_FILES: { disk: { path: dirname(fileURLToPath(import.meta.url)), writable: false } },
  },
};
