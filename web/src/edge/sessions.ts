// This file defines Sessions: what requests are decided against, a session that has just begun or that has
// a snapshot.

import type { Declared } from "../documents/declared.js";
import type { Input } from "../documents/encode.js";
import { HoldfastError, messageOf } from "../documents/errors.js";
import type { Bundle } from "../module/bundle.js";
import { Engine } from "../module/engine.js";
import type { Session } from "../module/session.js";
import { edgeCodes } from "./edgecodes.js";
import type { EdgeOptions, Snapshot } from "./options.js";
import { Published } from "./published.js";
import type { Asked } from "./request.js";

/** The engine and the bundles of one gate. The module is started with the first request that is decided on. */
export class Sessions<B extends Declared, Env> {
  readonly #options: EdgeOptions<B, Env>;
  #engine: Engine | undefined;
  #published: Promise<Published<B>> | undefined;
  readonly #begun = new WeakMap<Bundle<B>, Session<B>>();

  constructor(options: EdgeOptions<B, Env>) {
    this.#options = options;
  }

  /** The engine, started when it is first asked for. */
  get engine(): Engine {
    const { module } = this.#options;
    return (this.#engine ??= typeof module === "function" ? module() : new Engine(module));
  }

  /**
   * Returns the session that a request is checked against, and its time; less than 0 for one that was just begun,
   * which is kept.
   */
  async of(asked: Asked<Env>): Promise<{ engine: Engine; session: Session<B>; at: number }> {
    const { request, env, ctx, route } = asked;
    const { session: snapshotOf, which } = this.#options;
    const engine = this.engine;
    const published = await guarded(() => (this.#published ??= this.#load(engine, env)));
    if (snapshotOf === undefined) {
      const bundle = published.find(await guarded(() => which?.(request, env, ctx, route)));
      let session = this.#begun.get(bundle);
      if (session === undefined) this.#begun.set(bundle, (session = bundle.open("edge")));
      return { engine, session, at: -1 };
    }
    const snapshot = await readSnapshot(await guarded(() => snapshotOf(request, env, ctx, route)));
    const bundle = published.digest(snapshot.digest);
    if (bundle === undefined)
      throw new HoldfastError(
        edgeCodes.otherBundle,
        `the session is of a bundle ${snapshot.digest}, which this gate does not have`,
      );
    try {
      return { engine, session: bundle.restore(snapshot.bytes), at: snapshot.at };
    } catch (thrown) {
      throw thrown instanceof HoldfastError && thrown.code.startsWith("engine/") ? thrown : corrupt(thrown);
    }
  }

  #load(engine: Engine, env: Env): Promise<Published<B>> {
    const { bundle, bundles, keys } = this.#options;
    const loading = Published.load<B>(engine, bundles ?? [bundle!], typeof keys === "function" ? keys(env) : keys);
    loading.catch(() => (this.#published = undefined)); // the next request tries again
    return loading;
  }
}

/** Runs a function of the gate's owner. What it throws is never the client's fault, but a Response is an answer. */
async function guarded<T>(fn: () => T | Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (thrown) {
    if (thrown instanceof Response) throw thrown;
    throw new HoldfastError(edgeCodes.failed, messageOf(thrown), { cause: thrown });
  }
}

/** Returns a snapshot's bytes, and what has to be known of it before it is restored. */
async function readSnapshot(
  given: Snapshot,
): Promise<{ bytes: Exclude<Input, object> | Uint8Array | object; digest: string; at: number }> {
  if (given instanceof Response) {
    if (given.status === 404) given = undefined;
    else if (!given.ok) throw new HoldfastError(edgeCodes.failed, `the session's server answered ${given.status}`);
    else given = await given.text();
  }
  if (given === undefined || given === null)
    throw new HoldfastError(edgeCodes.unknownSession, "there is no such session");
  let value: unknown = given;
  try {
    if (given instanceof Uint8Array) value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(given));
    else if (typeof given === "string") value = JSON.parse(given);
  } catch (thrown) {
    throw corrupt(thrown);
  }
  const { digest, at } = (typeof value === "object" && value !== null ? value : {}) as {
    digest?: unknown;
    at?: unknown;
  };
  if (typeof digest !== "string" || typeof at !== "number") throw corrupt("it is no snapshot");
  return { bytes: given, digest, at };
}

function corrupt(cause: unknown): HoldfastError {
  return new HoldfastError(
    edgeCodes.corrupt,
    `the session's snapshot is not what a session wrote: ${messageOf(cause)}`,
    {
      cause,
    },
  );
}
