// This file defines Bundle and Catalog, published documents that the module has read: what is decided by, and
// what names the one bundle of a cursor.

import type { BundleInfo, CatalogInfo, Stall } from "../contract/documents.js";
import { Op } from "../contract/abi.js";
import type { Declared, Undeclared } from "../documents/declared.js";
import { encode, encodeCopy, type Input } from "../documents/encode.js";
import { HoldfastError, codes } from "../documents/errors.js";
import { Held, type Host } from "./held.js";
import { parse, type Instance } from "./instance.js";
import type { Origin } from "./recovery.js";
import { Session, type SessionOptions } from "./session.js";

/** A document that the module has read, and what it says of it. */
abstract class Loaded<Info> extends Held {
  readonly #op: Op;
  readonly #document: string | Uint8Array;
  #info!: Info;

  /** document is the constructor's to keep. */
  constructor(host: Host, noun: string, op: Op, document: string | Uint8Array) {
    super(host, noun);
    this.#op = op;
    this.#document = document;
    this.handle(host.live());
  }

  /** What the document declares. */
  get info(): Info {
    return this.#info;
  }

  protected override build(instance: Instance): number {
    this.#info = parse(instance.call(this.#op, 0, this.#document)) as Info;
    return instance.opened;
  }
}

/** A published, immutable document of state, actions and constraints. Get one from Engine.bundle or Catalog.resolve. */
export class Bundle<B extends Declared = Undeclared> extends Loaded<BundleInfo> {
  /** document is the constructor's to keep. @internal */
  constructor(host: Host, document: string | Uint8Array) {
    super(host, "bundle", Op.Load, document);
  }

  /** What identifies the bundle, `sha256:…`. */
  get digest(): string {
    return this.info.digest;
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
    this.handle(this.host.live()); // a closed bundle begins no session
    return new Session<B>(this.host, this, origin, options);
  }
}

/** The bundle a cursor names, or why there is none. */
export type Resolution =
  { readonly bundle: Bundle; readonly stall?: undefined } | { readonly bundle?: undefined; readonly stall: Stall };

/** A list of published bundles. Get one from Engine.catalog. */
export class Catalog extends Loaded<CatalogInfo> {
  /** @internal */
  constructor(host: Host, document: Input) {
    super(host, "catalog", Op.Catalog, encodeCopy(document));
  }

  /**
   * Loads the one bundle that a cursor, such as `{class: 1, chapter: "moon"}`,
   * names; never a guess. Throws catalog/digest where the bundle is not the one that was published.
   */
  resolve(cursor: Input): Resolution {
    const answer = parse(this.call(Op.Resolve, encode(cursor))) as
      Stall | { verdict?: undefined; bundle: object; digest: string };
    if (answer.verdict !== undefined) return { stall: answer };
    const bundle = new Bundle(this.host, JSON.stringify(answer.bundle));
    if (bundle.digest === answer.digest) return { bundle };
    bundle.close();
    throw new HoldfastError(
      codes.resolve,
      `the cursor's bundle has the digest ${bundle.digest}, the catalog says ${answer.digest}`,
    );
  }
}
