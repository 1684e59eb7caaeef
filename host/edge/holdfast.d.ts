// This file says what holdfast.js exports, for workers in TypeScript. Env is what `wrangler types` generates.

import type { DurableObject } from "cloudflare:workers";
import type { Engine } from "../../web/dist/module/engine.js"; // the same path from here and from dist/edge

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

/** What a worker's main module exports. */
export interface Served<Env> {
  /** The worker, to be the default export. */
  readonly worker: {
    fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response>;
  };
  /**
   * The class of the objects. Export one that is derived from it, under the name that the configuration gives:
   * `export class Holdfast extends holdfast.Holdfast {}`.
   */
  readonly Holdfast: new (ctx: DurableObjectState, env: Env) => DurableObject<Env>;
  /** Returns the engine that runs here, for a gate of @holdfast/web/edge. */
  engine(): Engine;
}

/** Makes the worker and the class of its objects. */
export function serve<Env = Cloudflare.Env>(options: ServeOptions): Served<Env>;

/** Makes a worker of a program written in Go on github.com/syumai/workers, which runs anew for each request. */
export function goWorker<Env = Cloudflare.Env>(options: {
  readonly module: WebAssembly.Module;
  readonly program: WebAssembly.Module;
}): { fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> };
