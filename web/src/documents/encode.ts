// This file defines encode, which turns a JavaScript value into JSON text and
// refuses what JSON.stringify loses without a word, and misfit, which says so to a person.
//
// JSON.stringify drops undefined, functions and symbols, writes NaN, infinities
// and holes in arrays as null and −0 as 0, takes a Date for its text and a Map for
// {}. A proposal that lost an argument on its way would be decided as another
// proposal, so each is an error here that names the place. The order of keys and
// the form of numbers need no care: the module makes the bytes canonical.

import type { ProposalDocument } from "../contract/documents.js";
import { HoldfastError, codes } from "./errors.js";

/** A document on its way in: an object, or its JSON as text or as UTF-8, passed on untouched. */
export type Input = object | string | Uint8Array;

/** How deep arrays and objects nest in what the module reads (core/internal/canon). */
const maxDepth = 128;

type Key = string | number;

/** Printable ASCII that is written in JSON as it is. */
const plain = /^[ !#-[\]-~]*$/;

/** Finds half of a surrogate pair; where there is no String.prototype.isWellFormed (before 2023), which is faster. */
const lone = /\p{Surrogate}/u;

/** Returns a document as what Memory writes. Text and bytes are not looked into. */
export function encode(input: Input): string | Uint8Array {
  if (input instanceof Uint8Array) return input;
  if (typeof input === "string") return wellFormed(input, []);
  return write(input, [], []);
}

/** Like encode, for what is kept: bytes of the caller's may change after the call. */
export function encodeCopy(input: Input): string | Uint8Array {
  const encoded = encode(input);
  return typeof encoded === "string" ? encoded : encoded.slice();
}

// The walk keeps the keys that lead to where it is (for messages; joined only
// when there is one to write) and the objects it is inside of (to see a cycle).

/** Returns the text, which must have a UTF-8 form. */
function wellFormed(text: string, keys: Key[]): string {
  if (!(text.isWellFormed?.() ?? !lone.test(text)))
    throw refuse(codes.surrogate, keys, "half of a surrogate pair is alone; cut text between characters");
  return text;
}

/** Returns text as JSON. Names and most values need no escape, and looking is twice as fast as JSON.stringify. */
function quote(text: string, keys: Key[]): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(wellFormed(text, keys));
}

function write(value: unknown, keys: Key[], above: object[]): string {
  switch (typeof value) {
    case "string":
      return quote(value, keys);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isFinite(value))
        throw refuse(codes.number, keys, `${value} has no JSON; send a number, or leave the member out`);
      if (Object.is(value, -0)) throw refuse(codes.negativeZero, keys, "−0 would become 0 on its way; send 0");
      return String(value);
    case "bigint":
      throw refuse(
        codes.bigint,
        keys,
        "a BigInt has no JSON; send Number(value) if it is within ±(2^53−1), or its text",
      );
    case "undefined":
      throw refuse(
        codes.undefined,
        keys,
        "undefined has no JSON and would be dropped; leave the member out, or send null",
      );
    case "object":
      if (value === null) return "null";
      break;
    default:
      throw refuse(codes.plain, keys, `a ${typeof value} has no JSON`);
  }
  if (above.includes(value)) throw refuse(codes.cycle, keys, "this object contains itself");
  if (above.length >= maxDepth) throw refuse(codes.depth, keys, `nested deeper than ${maxDepth}`);
  if ("toJSON" in value && !isMember(value, "toJSON"))
    throw refuse(codes.plain, keys, `this ${nameOf(value)} has a toJSON of its own; send the text or number you mean`);
  above.push(value);
  const text = Array.isArray(value) ? writeArray(value, keys, above) : writeObject(value, keys, above);
  above.pop();
  return text;
}

function writeArray(value: readonly unknown[], keys: Key[], above: object[]): string {
  let text = "[";
  for (let i = 0; i < value.length; i++) {
    keys.push(i);
    text += (i > 0 ? "," : "") + write(value[i], keys, above);
    keys.pop();
  }
  if (Reflect.ownKeys(value).length > value.length + 1)
    throw refuse(codes.plain, keys, "this array's members besides its items would be dropped");
  return text + "]";
}

function writeObject(value: object, keys: Key[], above: object[]): string {
  if (!isPlain(value))
    throw refuse(codes.plain, keys, `this ${nameOf(value)} is more than its members; send a plain object`);
  const names = Object.keys(value);
  if (Reflect.ownKeys(value).length > names.length)
    throw refuse(codes.plain, keys, "members that are symbols or not enumerable would be dropped");
  let text = "{";
  for (const name of names) {
    keys.push(name);
    if (text.length > 1) text += ",";
    text += quote(name, keys) + ":" + write((value as Record<string, unknown>)[name], keys, above);
    keys.pop();
  }
  return text + "}";
}

/** Says whether an object is no more than its members: its prototype is null or some realm's Object.prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

// Says whether a name is data of an object's own; as a method it says that something else than the members is meant.
function isMember(value: object, name: string): boolean {
  const own = Object.getOwnPropertyDescriptor(value, name);
  return own !== undefined && typeof own.value !== "function";
}

function nameOf(value: object): string {
  const name: unknown = (value.constructor as { name?: unknown } | null | undefined)?.name;
  return typeof name === "string" && name !== "" ? name : "object";
}

function refuse(code: string, keys: readonly Key[], message: string): HoldfastError {
  const path = keys.map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`)).join("");
  return new HoldfastError(code, path === "" ? message : `${path}: ${message}`, { path });
}

// What to tell who has filled a form with what JSON cannot hold: an empty number field has the value NaN, and "NaN
// has no JSON" does not say what to do. What would do there, and what the field is called, is in the bundle; so the
// module is asked about the same proposal with null in that place, and says so.

/** What a field of a form may hold that JSON does not. */
const fillable: ReadonlySet<string> = new Set([
  codes.number,
  codes.negativeZero,
  codes.undefined,
  codes.bigint,
  codes.plain,
]);

/**
 * Returns the error that says it to a person, or the same one where it is not about an
 * argument. ask answers about a proposal: with the module's error, or undefined where it has none.
 */
export function misfit(
  error: HoldfastError,
  proposal: ProposalDocument,
  ask: (proposal: ProposalDocument) => HoldfastError | undefined,
): HoldfastError {
  if (!fillable.has(error.code) || !error.path.startsWith("args.")) return error;
  const said = ask({ ...proposal, args: withNull(proposal.args) as ProposalDocument["args"] });
  if (said === undefined || said.code.startsWith("json/")) return error;
  return new HoldfastError(said.path === error.path ? error.code : said.code, said.message, {
    path: said.path,
    cause: error,
  });
}

/** A value with null for what JSON does not hold. */
function withNull(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? value : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return value.map(withNull);
  if (!isPlain(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, withNull(of)]));
}
