// This file defines Engine: the module, running, and what needs no bundle.
//
// An engine owns one instance at a time. When a call traps, that call throws
// engine/trap and the instance is thrown away; the next call starts another, and
// bundles and sessions come back in it as they are used (see held.ts).

import type { Finding } from "../contract/documents.js";
import { Op } from "../contract/abi.js";
import { Bundle, Catalog } from "./bundle.js";
import type { Declared, Undeclared } from "../documents/declared.js";
import { encode, encodeCopy, type Input } from "../documents/encode.js";
import { HoldfastError, because, codes } from "../documents/errors.js";
import { dispose, type Host } from "./held.js";
import { Instance, parse } from "./instance.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The module, running. Get one from load. Several engines of one module share its code, and nothing else. */
export class Engine {
  /** SHA-256 of the module's bytes, `sha256:…`; undefined where it was given compiled, or nothing here can hash. */
  readonly moduleDigest: string | undefined;
  #instance: Instance | undefined;
  readonly #host: Host;

  /**
   * Starts a compiled module. log receives what Go prints when it dies.
   * Throws load/module, load/abi or engine/trap.
   */
  constructor(
    module: WebAssembly.Module,
    options: { moduleDigest?: string | undefined; log?: ((text: string) => void) | undefined } = {},
  ) {
    const log = options.log ?? ((text: string) => console.error(text));
    this.moduleDigest = options.moduleDigest;
    this.#instance = new Instance(module, log);
    this.#host = {
      closing: new Set(),
      live: () => {
        if (this.#instance === undefined) throw new HoldfastError(codes.closed, "this engine is closed");
        if (this.#instance.dead) this.#instance = new Instance(module, log);
        return this.#instance;
      },
    };
  }

  /** Loads a bundle document. Throws with all errors of the document in `errors`. */
  bundle<B extends Declared = Undeclared>(document: Input): Bundle<B> {
    return new Bundle<B>(this.#host, encodeCopy(document));
  }

  /**
   * Loads a bundle document that one of these keys has signed; note is what
   * `holdfast sign` wrote, for the bundle or for a catalog that publishes it. keys are
   * `NAME+HASH+BASE64`. Throws signature/missing, malformed, unknown-key, wrong, other, key or
   * unsupported, and what bundle throws.
   */
  async signed<B extends Declared = Undeclared>(
    document: Input,
    note: string | Uint8Array | undefined,
    keys: readonly string[],
  ): Promise<Bundle<B>> {
    return keep(this.bundle<B>(document), ({ verifyBundle }, { info }) => verifyBundle(info, note, keys));
  }

  /** Loads a catalog document that one of these keys has signed; see signed. */
  async signedCatalog(
    document: Input,
    note: string | Uint8Array | undefined,
    keys: readonly string[],
  ): Promise<Catalog> {
    const catalog = this.catalog(document);
    const digest = this.digest(this.canon(document));
    return keep(catalog, ({ verifyCatalog }, { info }) => verifyCatalog(info, digest, note, keys));
  }

  /** Loads a catalog document. Throws with all errors of the document in `errors`. */
  catalog(document: Input): Catalog {
    return new Catalog(this.#host, document);
  }

  /** Returns all findings about a bundle document, warnings too; `[]` when there are none. */
  check(document: Input): readonly Finding[] {
    return (parse(this.#call(Op.Check, encode(document))) as { diagnostics: Finding[] }).diagnostics;
  }

  /** Returns a document's canonical bytes (RFC 8785). */
  canon(document: Input): Uint8Array<ArrayBuffer> {
    return this.#call(Op.Canon, encode(document));
  }

  /** Returns `sha256:…` of exactly these bytes, or of the text's UTF-8. */
  digest(data: string | Uint8Array): string {
    return decoder.decode(this.#call(Op.Digest, encode(data)));
  }

  /**
   * Returns a proposal with what was left out: the actor's id is its kind, reasons
   * are `["request"]`, and the time is atMillis.
   */
  complete(proposal: Input, atMillis: number): Uint8Array<ArrayBuffer> {
    const encoded = encode(proposal);
    const bytes = typeof encoded === "string" ? encoder.encode(encoded) : encoded;
    const input = new Uint8Array(8 + bytes.byteLength);
    new DataView(input.buffer).setBigInt64(0, BigInt(atMillis), true);
    input.set(bytes, 8);
    return this.#call(Op.Complete, input);
  }

  /** Lets go of the module's memory. Everything of this engine is engine/closed afterwards. */
  close(): void {
    this.#instance = undefined;
    for (const fn of [...this.#host.closing]) fn();
    this.#host.closing.clear();
  }

  /** The same as close, for `using`. */
  [dispose](): void {
    this.close();
  }

  /** Returns the copy of the module that answers now. @internal */
  live(): Instance {
    return this.#host.live();
  }

  #call(op: Op, input: string | Uint8Array): Uint8Array<ArrayBuffer> {
    return this.#host.live().call(op, 0, input);
  }
}

type Signature = typeof import("./signature.js");

/** Returns what signature.ts has. Most pages verify no signature, so it is fetched when there is one. @internal */
export function signature(): Promise<Signature> {
  return import("./signature.js").catch((thrown: unknown) => {
    throw because(thrown, codes.fetch, "what verifies signatures could not be fetched");
  });
}

/** Returns what was loaded once it is verified, and closes it where it is not. */
async function keep<T extends { close(): void }>(
  loaded: T,
  verify: (signature: Signature, loaded: T) => Promise<string>,
): Promise<T> {
  try {
    await verify(await signature(), loaded);
    return loaded;
  } catch (thrown) {
    loaded.close();
    throw thrown;
  }
}
