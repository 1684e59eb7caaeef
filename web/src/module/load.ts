// This file defines load: from wherever the module lies to a running engine.

import { Engine } from "./engine.js";
import { compile, type FetchOptions, type Source } from "./fetch.js";

export type { FetchOptions, Source };

/** How to load. Everything may be left out. */
export interface LoadOptions extends FetchOptions {
  /** Receives what Go prints when the module dies; console.error when left out. */
  readonly log?: (text: string) => void;
}

/**
 * Loads the module and starts it. Without a source: the file `holdfast.wasm` that
 * lies beside this one, in Node as in a browser, or where that cannot be had the copy inside
 * the package, which is a script of its own. From a URL or a response it is
 * compiled while it arrives, if the server calls it `application/wasm`.
 *
 * Throws load/fetch, load/timeout, load/aborted, load/module, load/blocked, load/digest,
 * load/abi or engine/trap.
 */
export async function load(source?: Source, options: LoadOptions = {}): Promise<Engine> {
  const { module, digest } = await compile(source, options);
  return new Engine(module, { moduleDigest: digest, log: options.log });
}
