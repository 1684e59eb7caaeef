// This file defines Published: the bundles that a gate decides by, and how one of them is chosen.

import type { Bundle, Catalog } from "../module/bundle.js";
import type { Declared } from "../documents/declared.js";
import { encode, type Input } from "../documents/encode.js";
import type { Engine } from "../module/engine.js";
import { edgeCodes } from "./edgecodes.js";
import { HoldfastError } from "../documents/errors.js";

/** A bundle's or catalog's document, or a pair of one and its signature as `holdfast sign` writes it. */
export type PublishedDocument = Input | readonly [document: Input, signature: string];

/** Which bundle decides: `name`, `name@version` or a digest; or, of a catalog, the one that a cursor names. */
export type Which =
  string | { readonly catalog?: string | undefined; readonly cursor: Readonly<Record<string, unknown>> };

/** Bundles and catalogs, loaded. */
export class Published<B extends Declared> {
  readonly #bundles: Bundle<B>[] = [];
  readonly #catalogs: Catalog[] = [];
  readonly #points = new Map<string, Bundle<B>>(); // of catalogs, by cursor

  /** Loads documents. With keys, each must be signed by one of them. Throws what Engine.signed throws. */
  static async load<B extends Declared>(
    engine: Engine,
    documents: readonly PublishedDocument[],
    keys: readonly string[] | undefined,
  ): Promise<Published<B>> {
    const all = new Published<B>();
    for (const published of documents) {
      const [document, note] = Array.isArray(published)
        ? (published as [Input, string])
        : [published as Input, undefined];
      if (isCatalog(document))
        all.#catalogs.push(
          keys === undefined ? engine.catalog(document) : await engine.signedCatalog(document, note, keys),
        );
      else
        all.#bundles.push(
          keys === undefined ? engine.bundle<B>(document) : await engine.signed<B>(document, note, keys),
        );
    }
    return all;
  }

  /** Returns the bundle of a digest, or undefined. */
  digest(digest: string): Bundle<B> | undefined {
    const found = this.#bundles.find((bundle) => bundle.digest === digest);
    if (found !== undefined) return found;
    for (const catalog of this.#catalogs) {
      const at = catalog.info.digests.indexOf(digest);
      if (at >= 0) return this.#point(catalog, catalog.info.cursors[at]!);
    }
    return undefined;
  }

  /** Returns the bundle that is meant; where nothing is said, the only one. Throws bundle/unknown or catalog/stall. */
  find(which: Which | undefined): Bundle<B> {
    if (which === undefined) {
      if (this.#bundles.length === 1 && this.#catalogs.length === 0) return this.#bundles[0]!;
      throw new HoldfastError(edgeCodes.bundle, "the gate has several bundles, and nothing says which of them decides");
    }
    if (typeof which === "string") {
      const found = which.startsWith("sha256:")
        ? this.digest(which)
        : this.#named(this.#bundles, which, ({ info }) => [info.bundle, info.version]);
      if (found === undefined)
        throw new HoldfastError(edgeCodes.bundle, `the gate has no bundle ${JSON.stringify(which)}, or several`);
      return found;
    }
    const { catalog: name, cursor } = which;
    const catalog =
      name === undefined
        ? this.#catalogs.length === 1
          ? this.#catalogs[0]
          : undefined
        : this.#named(this.#catalogs, name, ({ info }) => [info.catalog, info.version]);
    if (catalog === undefined)
      throw new HoldfastError(edgeCodes.bundle, `the gate has no catalog ${JSON.stringify(name ?? "")}, or several`);
    return this.#point(catalog, cursor);
  }

  #named<T>(all: readonly T[], name: string, of: (one: T) => [name: string, version: string]): T | undefined {
    const found = all.filter((one) => of(one)[0] === name || of(one).join("@") === name);
    return found.length === 1 ? found[0] : undefined;
  }

  #point(catalog: Catalog, cursor: Readonly<Record<string, unknown>>): Bundle<B> {
    const { bundle, stall } = catalog.resolve(cursor);
    if (stall !== undefined) throw new HoldfastError(edgeCodes.stall, stall.say);
    const known = this.#points.get(bundle.digest);
    if (known === undefined) this.#points.set(bundle.digest, bundle as unknown as Bundle<B>);
    else bundle.close();
    return known ?? (bundle as unknown as Bundle<B>);
  }
}

function isCatalog(document: Input): boolean {
  const encoded = typeof document === "object" && !(document instanceof Uint8Array) ? document : encode(document);
  try {
    const value: unknown =
      typeof encoded === "string"
        ? JSON.parse(encoded)
        : encoded instanceof Uint8Array
          ? JSON.parse(new TextDecoder().decode(encoded))
          : encoded;
    return typeof value === "object" && value !== null && "catalog" in value;
  } catch {
    return false; // the module says what is wrong with it
  }
}
