// This file gives tests the module's bytes, and instances whose exports they may change.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const modulePath = fileURLToPath(new URL("../../dist/module/holdfast.wasm", import.meta.url));

/** Returns the module's bytes; ./build.sh puts them beside the SDK. */
export function moduleBytes() {
  return new Uint8Array(readFileSync(modulePath));
}

/**
 * Until the test t ends, every instance gets the exports that change returns for
 * its own. `WebAssembly.Instance` is where the SDK starts one.
 */
export function changeExports(t, change) {
  const { Instance } = WebAssembly;
  t.after(() => (WebAssembly.Instance = Instance));
  WebAssembly.Instance = function (module, imports) {
    const { exports } = new Instance(module, imports);
    return { exports: { ...exports, ...change(exports) } };
  };
}

/** A module whose only export, `t`, runs the `unreachable` instruction. */
export const trapBytes = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11,
];

/** A trap as the engine makes it. */
export const unreachable = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(trapBytes))).exports.t;
