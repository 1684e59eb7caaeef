// This file defines Bundle: a published document, loaded.

import { Op } from "./abi.js";
import type { Declared, Undeclared } from "./declared.js";
import { encode, encodeCopy, type Input } from "./encode.js";
import { Held, type Host } from "./held.js";
import { parse, type Instance } from "./instance.js";
import { Session, type Origin, type SessionOptions } from "./session.js";

/** A bundle's declarations, for showing. */
export interface BundleInfo {
  /** The name, without the version. */
  readonly bundle: string;
  readonly version: string;
  /** SHA-256 of the bundle's canonical public form, `sha256:…`: what the bundle is. */
  readonly digest: string;
  readonly title: string;
  readonly about: string;
  readonly [more: string]: unknown;
}

/** A published, immutable document of state, actions and constraints. Get one from Engine.bundle or Catalog.resolve. */
export class Bundle<B extends Declared = Undeclared> extends Held {
  readonly #host: Host;
  readonly #document: string | Uint8Array;
  #info!: BundleInfo;

  /** document is the constructor's to keep. @internal */
  constructor(host: Host, document: string | Uint8Array) {
    super(host, "bundle");
    this.#host = host;
    this.#document = document;
    this.handle(host.live());
  }

  /** What the bundle declares. */
  get info(): BundleInfo {
    return this.#info;
  }

  /** What identifies the bundle, `sha256:…`. */
  get digest(): string {
    return this.#info.digest;
  }

  /** Begins a session; its first decision's `prev` is the digest of the genesis made of this id. */
  open(id: string, options: SessionOptions<B> = {}): Session<B> {
    return this.#begin([Op.Open, encode(id)], options);
  }

  /** Goes on with a session from a snapshot, which must be of this very bundle. */
  restore(snapshot: Input, options: SessionOptions<B> = {}): Session<B> {
    return this.#begin([Op.Restore, encodeCopy(snapshot)], options);
  }

  #begin(origin: Origin, options: SessionOptions<B>): Session<B> {
    this.handle(this.#host.live()); // a closed bundle begins no session
    return new Session<B>(this.#host, this, origin, options);
  }

  protected override build(instance: Instance): number {
    this.#info = parse(instance.call(Op.Load, 0, this.#document)) as BundleInfo;
    return instance.opened;
  }
}
