// This file says what holdfast.js exports, for workers in TypeScript.

import type { DurableObject } from "cloudflare:workers";
import type { Engine } from "@holdfast/web";

/** A bundle's or catalog's document, as text or as what JSON.parse makes of it. */
export type PublishedDocument = string | object;

export interface ServeOptions {
  /** holdfast.wasm, imported. */
  readonly module: WebAssembly.Module;
  /** program.wasm, imported. */
  readonly program: WebAssembly.Module;
  /** What to publish when the registry starts, signed or not. */
  readonly bundles?: readonly (PublishedDocument | readonly [document: PublishedDocument, signature: string])[];
  /** The binding of the objects' namespace; HOLDFAST when left out. */
  readonly binding?: string;
  /** The binding of the static assets, of which holdfast.wasm is handed to browsers; ASSETS when left out. */
  readonly assets?: string;
}

/** Makes the worker and the class of its objects, which the main module must export under the name that the configuration gives. */
export function serve(options: ServeOptions): {
  readonly worker: ExportedHandler;
  readonly Holdfast: new (ctx: DurableObjectState, env: never) => DurableObject;
  /** Returns the engine that runs here, for a gate of @holdfast/web/edge. */
  engine(): Engine;
};

/** Makes a worker of a program written in Go on github.com/syumai/workers, which runs anew for each request. */
export function goWorker(options: { readonly module: WebAssembly.Module; readonly program: WebAssembly.Module }): ExportedHandler;
