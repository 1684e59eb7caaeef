// This file defines Held, what bundles, catalogs and sessions have in common: a
// handle in the module that can be made anew.
//
//	engine    instance 1 ──trap──✗   instance 2
//	bundle    handle 1               handle 1, loaded again when next used
//	session   handle 2               handle 2, opened and brought back when next used
//
// A handle means nothing in another instance, so it is kept together with the
// instance it belongs to. When the engine runs another one by now, build() makes
// the object again from what JavaScript keeps of it, and only then the call goes out.

/// <reference lib="esnext.disposable" preserve="true" />

import { Op } from "../contract/abi.js";
import { HoldfastError, codes } from "../documents/errors.js";
import type { Instance } from "./instance.js";

/** What gives the instance that runs now. */
export interface Host {
  /** Returns a live instance, a fresh one after a trap. Throws engine/closed. */
  live(): Instance;
  /** Runs when the engine closes. */
  readonly closing: Set<() => void>;
}

/** Symbol.dispose, also where the engine has none yet. */
export const dispose: typeof Symbol.dispose =
  (Symbol.dispose as typeof Symbol.dispose | undefined) ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

/** An object that lives in the module. */
export abstract class Held {
  protected readonly host: Host;
  readonly #noun: string;
  #instance: Instance | undefined;
  #handle = 0;
  #closed = false;

  /** noun is what messages call the object; minified code has no class names. */
  constructor(host: Host, noun: string) {
    this.host = host;
    this.#noun = noun;
  }

  /** Makes the object in an instance and returns its handle. Runs again after a trap. */
  protected abstract build(instance: Instance): number;

  /** Runs an operation on the object. */
  protected call(op: Op, input?: string | Uint8Array): Uint8Array<ArrayBuffer> {
    const instance = this.host.live();
    return instance.call(op, this.handle(instance), input);
  }

  /** Throws engine/closed when the object is closed. @internal */
  check(): void {
    if (this.#closed) throw new HoldfastError(codes.closed, `this ${this.#noun} is closed`);
  }

  /** Returns the object's handle in an instance, making the object there if it must. @internal */
  handle(instance: Instance): number {
    this.check();
    if (this.#instance !== instance) {
      this.#handle = this.build(instance);
      this.#instance = instance;
    }
    return this.#handle;
  }

  /**
   * Runs fn with the object's handle in an instance, also when the object is
   * closed: then with one made for this time only. @internal
   */
  borrow<T>(instance: Instance, fn: (handle: number) => T): T {
    if (!this.#closed) return fn(this.handle(instance));
    const handle = this.build(instance);
    try {
      return fn(handle);
    } finally {
      if (!instance.dead) instance.call(Op.Close, handle);
    }
  }

  /** Frees what the module holds of it. Closing twice is no error; using it afterwards is engine/closed. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const instance = this.#instance;
    this.#instance = undefined;
    if (instance !== undefined && !instance.dead) instance.call(Op.Close, this.#handle);
  }

  /** The same as close, for `using`. */
  [dispose](): void {
    this.close();
  }
}
