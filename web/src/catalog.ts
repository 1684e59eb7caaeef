// This file defines Catalog: what is published, and the one bundle a cursor names.

import { Op } from "./abi.js";
import { Bundle } from "./bundle.js";
import { encode, encodeCopy, type Input } from "./encode.js";
import { HoldfastError, codes } from "./errors.js";
import { Held, type Host } from "./held.js";
import { parse, type Instance } from "./instance.js";

/** What a catalog publishes, for showing. */
export interface CatalogInfo {
  readonly catalog: string;
  readonly version: string;
  readonly title?: string;
  /** The cursor's parts and the values each may have. */
  readonly matrix?: Readonly<Record<string, readonly unknown[]>>;
  /** The points, and the digest of each one's bundle. */
  readonly cursors: readonly Readonly<Record<string, unknown>>[];
  readonly digests: readonly string[];
}

/** There is no basis to decide: the cursor names no bundle, or more than one. */
export interface Stall {
  readonly verdict: "stall";
  readonly catalog: string;
  readonly version: string;
  readonly cursor: Readonly<Record<string, unknown>>;
  /** How many bundles it names. */
  readonly matches: number;
  /** What to tell a person. */
  readonly say: string;
}

/** The bundle a cursor names, or why there is none. */
export type Resolution =
  | { readonly bundle: Bundle; readonly stall?: undefined }
  | { readonly bundle?: undefined; readonly stall: Stall };

/** A list of published bundles. Get one from Engine.catalog. */
export class Catalog extends Held {
  readonly #host: Host;
  readonly #document: string | Uint8Array;
  #info!: CatalogInfo;

  /** @internal */
  constructor(host: Host, document: Input) {
    super(host, "catalog");
    this.#host = host;
    this.#document = encodeCopy(document);
    this.handle(host.live());
  }

  /** What the catalog publishes. */
  get info(): CatalogInfo {
    return this.#info;
  }

  /**
   * Loads the one bundle that a cursor, such as `{class: 1, chapter: "moon"}`,
   * names; never a guess. Throws catalog/digest where the bundle is not the one that was published.
   */
  resolve(cursor: Input): Resolution {
    const answer = parse(this.call(Op.Resolve, encode(cursor))) as Stall | { verdict?: undefined; bundle: object; digest: string };
    if (answer.verdict !== undefined) return { stall: answer };
    const bundle = new Bundle(this.#host, JSON.stringify(answer.bundle));
    if (bundle.digest === answer.digest) return { bundle };
    bundle.close();
    throw new HoldfastError(codes.resolve, `the cursor's bundle has the digest ${bundle.digest}, the catalog says ${answer.digest}`);
  }

  protected override build(instance: Instance): number {
    this.#info = parse(instance.call(Op.Catalog, 0, this.#document)) as CatalogInfo;
    return instance.opened;
  }
}
