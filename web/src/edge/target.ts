// This file defines Target: a request's path and query, read in the one way that every origin reads them.
//
//	/c%61rt      ──► /cart         written in one way
//	/CART        ──► matched as /cart, by routes.ts
//	/x/..;/cart  ──► refused: one origin reads /cart, another does not
//
// What is the same to every origin is normalised; what may be two things to two origins is refused with
// gate/path or gate/query. Package host/gate in Go does the same, and testdata/gate holds both to it.

import { edgeCodes } from "./edgecodes.js";
import { HoldfastError } from "../documents/errors.js";

/** A request's path, read. */
export interface Target {
  /** The path in its normal form: `/` and segments, each percent-encoded in one way. */
  readonly path: string;
  /** The segments, decoded. */
  readonly segments: readonly string[];
  /** Whether the path ends in a slash. `/` does not. */
  readonly slash: boolean;
}

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the path of a URL as it was sent. Throws gate/path. */
export function readTarget(url: string): Target {
  const raw = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\\]*)?([^?#]*)/.exec(url)![1]! || "/";
  if (!raw.startsWith("/")) throw refuse("it does not begin with a slash");
  if (/[\\;]/.test(raw)) throw refuse("it has a backslash or a semicolon");
  const parts = raw.slice(1).split("/");
  const slash = parts.at(-1) === "";
  if (slash) parts.pop();
  const segments = parts.map(readSegment);
  const path = "/" + segments.map(encodePart).join("/");
  return { path: slash && parts.length > 0 ? path + "/" : path, segments, slash: slash && parts.length > 0 };
}

function readSegment(raw: string): string {
  if (raw === "") throw refuse("it has two slashes in a row");
  const text = decode(raw, refuse);
  if (/[/\\;?#]/.test(text)) throw refuse("it has an encoded slash, backslash, semicolon, question mark or hash");
  if (/%[0-9A-Fa-f]{2}/.test(text)) throw refuse("it is encoded twice");
  if (/^ |[ .]$/.test(text))
    throw refuse("a part of it is a dot or two, ends in a dot or a blank, or begins with a blank");
  if (/::\$/.test(text)) throw refuse("it names a stream of a file");
  if (/[^ \P{Z}]|\p{C}/u.test(text))
    throw refuse("it has control characters, blanks that are none, or invisible characters");
  return text;
}

/** Decodes percent-encoded UTF-8. */
function decode(raw: string, refuse: (why: string) => HoldfastError): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) throw refuse("a percent sign is not followed by two hexadecimal digits");
  const bytes: number[] = [];
  for (let i = 0; i < raw.length; i++) {
    const code = raw.codePointAt(i)!;
    if (code === 0x25) {
      bytes.push(parseInt(raw.slice(i + 1, i + 3), 16));
      i += 2;
    } else if (code < 0x80) {
      bytes.push(code);
    } else {
      bytes.push(...encoder.encode(String.fromCodePoint(code)));
      if (code > 0xffff) i++;
    }
  }
  try {
    return utf8.decode(Uint8Array.from(bytes));
  } catch {
    throw refuse("it is not UTF-8");
  }
}

/** Encodes text for a path or a query: what is not `A-Z a-z 0-9 - . _ ~ ! $ ( ) * , : @` is percent-encoded. */
export function encodePart(text: string): string {
  let out = "";
  for (const byte of encoder.encode(text)) {
    const char = String.fromCharCode(byte);
    out += /[A-Za-z0-9\-._~!$()*,:@]/.test(char) ? char : "%" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return out;
}

/** Returns what a case-insensitive origin may take a segment for. */
export function foldSegment(segment: string): string {
  return segment.normalize("NFKC").toUpperCase().toLowerCase();
}

/** A query or a form: names and values, in order. */
export type Fields = readonly (readonly [name: string, value: string])[];

/**
 * Reads a query or a form, in which every name is there once. Names are compared as the origin that folds
 * most reads them: without case, and with `.`, `[`, `]` and blanks as `_`. Throws with the given code.
 */
export function readFields(raw: string, code: string = edgeCodes.query): Fields {
  const refuse = (why: string): HoldfastError =>
    new HoldfastError(code, `the ${code === edgeCodes.query ? "query" : "form"} may be read in two ways: ${why}`);
  const fields: [string, string][] = [];
  const seen = new Set<string>();
  for (const piece of raw.split("&")) {
    if (piece === "") continue;
    const at = piece.indexOf("=");
    const [name, value] = [at < 0 ? piece : piece.slice(0, at), at < 0 ? "" : piece.slice(at + 1)].map((part) =>
      decode(part.replaceAll("+", " "), refuse),
    ) as [string, string];
    if (/[\0-\x1f\x7f]/.test(name) || value.includes("\0")) throw refuse("it has control characters");
    if (isOverride(name)) throw new HoldfastError(edgeCodes.override, "the request names another method for itself");
    const key = foldName(name);
    if (seen.has(key)) throw refuse(`\`${name}\` is there twice`);
    seen.add(key);
    fields.push([name, value]);
  }
  return fields;
}

/** Writes fields in the one way that readFields reads back. */
export function writeFields(fields: Fields): string {
  return fields.map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`).join("&");
}

/** Says whether a query names another method, as some frameworks allow. */
export function overrides(query: string): boolean {
  return query.split(/[&;]/).some((piece) => {
    try {
      return isOverride(decodeURIComponent(piece.split("=", 1)[0]!.replaceAll("+", " ")));
    } catch {
      return false; // no framework reads a name there
    }
  });
}

function foldName(name: string): string {
  return foldSegment(name).replace(/[ .[\]]/g, "_");
}

export function isOverride(name: string): boolean {
  const folded = foldName(name);
  return /^_*method_*$/.test(folded) && (folded.startsWith("_") || name.includes("_"));
}

function refuse(why: string): HoldfastError {
  return new HoldfastError(edgeCodes.path, `the path may be read in two ways: ${why}`);
}
