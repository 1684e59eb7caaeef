// This file defines HoldfastError and the codes that begin in the SDK.

/**
 * The codes the SDK itself raises, each with when. Every other code comes from
 * the module and is the same string there (`json/syntax`, `proposal/argument`,
 * `limit/cost`, …). Messages may change, codes may not.
 */
export const codes = {
  /** The module, or a part of this SDK, could not be fetched: no network, or a status that is no success. */
  fetch: "load/fetch",
  /** The module was not there in time. */
  timeout: "load/timeout",
  /** The loading was given up by its signal. */
  aborted: "load/aborted",
  /** The bytes are not the module: cut short, not WebAssembly, or another one's exports. */
  module: "load/module",
  /** The page's content security policy does not allow `'wasm-unsafe-eval'`. */
  blocked: "load/blocked",
  /** The module is not the one that `digest` names, or that cannot be found out. */
  digest: "load/digest",
  /** The module speaks another version of the ABI than this SDK. */
  abi: "load/abi",
  /** The module trapped. Nothing was decided or recorded; the instance is discarded. */
  trap: "engine/trap",
  /** A call in a worker took too long and was ended. Nothing was decided or recorded. */
  deadline: "engine/deadline",
  /** A worker did not start, or failed. */
  worker: "engine/worker",
  /** A session could not be rebuilt after a trap to the bytes it had before. */
  rebuild: "engine/rebuild",
  /** A catalog named a bundle whose digest is not what the catalog says. The module has the same code. */
  resolve: "catalog/digest",
  /** The engine, bundle, catalog or session was closed before this call. */
  closed: "engine/closed",
  /** There is no signature where one is demanded. */
  unsigned: "signature/missing",
  /** The note, a signature or the signed text is not written as it must be. */
  malformed: "signature/malformed",
  /** No trusted key has signed. */
  unknownKey: "signature/unknown-key",
  /** A trusted key's signature does not verify. */
  signature: "signature/wrong",
  /** The signature is good, and it is for something else. */
  otherText: "signature/other",
  /** A public key cannot be read. */
  key: "signature/key",
  /** Nothing here can check Ed25519: a refusal, not a pass. */
  unsupported: "signature/unsupported",
  /** A gate was asked, and nobody said who would propose. */
  actor: "gate/actor",
  /** A gate in a page stands where no session was given to it. */
  session: "gate/session",
  /** An answer of the module could not be read: the SDK and the module do not belong together. */
  answer: "gate/answer",
  /** A value JSON cannot hold, which JSON.stringify would drop or turn into null. */
  undefined: "json/undefined",
  /** A function, a symbol, a Date, a Map or another object that is more than its members. */
  plain: "json/not-plain",
  /** NaN or an infinity, which JSON.stringify would turn into null. */
  number: "json/not-a-number",
  /** −0, which JSON.stringify would turn into 0. */
  negativeZero: "json/negative-zero",
  /** A BigInt. */
  bigint: "json/bigint",
  /** Half of a surrogate pair, which has no UTF-8. The module has the same code. */
  surrogate: "json/lone-surrogate",
  /** An object that contains itself. */
  cycle: "json/cycle",
  /** More bytes than one call takes. The module has the same code. */
  size: "limit/json-size",
  /** Deeper nesting than the module reads. The module has the same code. */
  depth: "limit/json-depth",
} as const;

/** One finding about a document, as the module reports it. */
export interface Finding {
  readonly code: string;
  /** JSON Pointer (RFC 6901) into the document; `""` is the whole. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
  readonly [more: string]: unknown;
}

/** What tells an error of any copy of this SDK: a worker may have two, one of them bundled with `serve`. */
const brand = Symbol.for("holdfast.error");

/**
 * Whatever goes wrong, as one class. An error is never an allowed action:
 * what throws has decided nothing and recorded nothing. `instanceof` also knows the errors of another copy of the SDK.
 */
export class HoldfastError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== HoldfastError) return Function.prototype[Symbol.hasInstance].call(this, value); // a class derived from it
    return typeof value === "object" && value !== null && (value as { [brand]?: unknown })[brand] === true;
  }

  /** @internal */
  readonly [brand] = true;
  /** `area/kebab-case`, stable: what a program compares. */
  readonly code: string;
  /** Where in the input, as in `args.to` or `reasons[0]`; for a document's finding a JSON Pointer. `""` is the whole. */
  readonly path: string;
  /** Byte offset (UTF-8, 0-based) in the input, where the module knows one. */
  readonly offset: number | undefined;
  /** All findings, where a document was refused for several reasons; else empty. */
  readonly errors: readonly Finding[];

  constructor(
    code: string,
    message: string,
    more: { path?: string; offset?: number | undefined; errors?: readonly Finding[]; cause?: unknown } = {},
  ) {
    super(message, "cause" in more ? { cause: more.cause } : undefined);
    this.name = "HoldfastError";
    this.code = code;
    this.path = more.path ?? "";
    this.offset = more.offset;
    this.errors = more.errors ?? [];
  }
}

/** Returns what goes wrong because of something else that was thrown: a code, and what both say. */
export function because(cause: unknown, code: string, message: string): HoldfastError {
  return new HoldfastError(code, `${message}: ${messageOf(cause)}`, { cause });
}

/** Returns the message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Calls fn; what it throws becomes an uncaught error of its own, so that one listener harms neither the others nor who tells them. */
export function tell(fn: () => void): void {
  try {
    fn();
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
