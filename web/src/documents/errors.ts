// This file defines HoldfastError and the codes that begin in the SDK.

import type { Codes } from "../contract/codes.js";
import type { Finding } from "../contract/documents.js";

/**
 * The codes the SDK itself raises, each with when. Every other code comes from
 * the module and is the same string there (`json/syntax`, `proposal/argument`,
 * `limit/cost`, …). Messages may change, codes may not.
 */
export const codes: Codes = {
  fetch: "load/fetch",
  timeout: "load/timeout",
  aborted: "load/aborted",
  module: "load/module",
  blocked: "load/blocked",
  digest: "load/digest",
  abi: "load/abi",
  trap: "engine/trap",
  deadline: "engine/deadline",
  worker: "engine/worker",
  rebuild: "engine/rebuild",
  resolve: "catalog/digest",
  closed: "engine/closed",
  unsigned: "signature/missing",
  malformed: "signature/malformed",
  unknownKey: "signature/unknown-key",
  signature: "signature/wrong",
  otherText: "signature/other",
  key: "signature/key",
  unsupported: "signature/unsupported",
  actor: "gate/actor",
  session: "gate/session",
  answer: "gate/answer",
  undefined: "json/undefined",
  plain: "json/not-plain",
  number: "json/not-a-number",
  negativeZero: "json/negative-zero",
  bigint: "json/bigint",
  surrogate: "json/lone-surrogate",
  cycle: "json/cycle",
  size: "limit/json-size",
  depth: "limit/json-depth",
};

/** What tells an error of any copy of this SDK: a worker may have two, one of them bundled with `serve`. */
const brand = Symbol.for("holdfast.error");

/**
 * Whatever goes wrong, as one class. An error is never an allowed action:
 * what throws has decided nothing and recorded nothing. `instanceof` also knows the errors of another copy of the SDK.
 */
export class HoldfastError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class that is derived from it has the usual rule.
    if (this !== HoldfastError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return (value as { [brand]?: unknown } | null | undefined)?.[brand] === true;
  }

  /** @internal */
  readonly [brand] = true;
  /** `area/kebab-case`, stable: what a program compares. */
  readonly code: string;
  /** Where in the input: `args.to` or `reasons[0]`; of a document's finding a JSON Pointer. `""` is the whole. */
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
    super(message, more); // which takes the cause, where there is one
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

/** Calls a listener; what it throws becomes an uncaught error of its own, so that the others are called too. */
export function tell(fn: () => void): void {
  try {
    fn();
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
