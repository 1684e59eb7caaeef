// This file defines Parts, which looks into a multipart body for a field that names another method for the request.
//
// A body that passes is not decided on and may be large, so it is not parsed: what is looked for is the header
// `Content-Disposition` at the beginning of any line, read as the origin that takes the most for a name reads it.
// Package host/gate in Go does the same, and testdata/gate holds both to it.

import { HoldfastError } from "../documents/errors.js";
import { edgeCodes } from "./edgecodes.js";
import { isOverride } from "./target.js";

/** The beginning of a header, where a line begins, in small letters. */
const header = /(?<=^|[\r\n])content-disposition[ \t]*:/g;

/** A line that may be the beginning of one. */
const begun = /^[\r\n][a-z-]{0,19}[ \t]*$/;

/** The end of a header: the end of a line, but for one that goes on after a blank. */
const end = /(?:\r?\n|\r(?!\n))(?=[^ \t])/g;

/** A parameter that names the part. With a star a charset is before the name, and with a number it is in pieces. */
const parameter = /[;\s]name\s*(\*(\d)?[^=;]*)?=\s*("(?:[^"\\]|\\.)*"?|[^;]*)/g;

/** The longest header, in bytes. */
const most = 8 << 10;

/** Says whether an origin may take a body of this Content-Type for fields. */
export function mayHaveFields(type: string | null): boolean {
  return /multipart\/|x-www-form-urlencoded/i.test(type ?? "");
}

/** Says whether a media type is multipart. */
export function isMultipart(type: string): boolean {
  return type.startsWith("multipart/");
}

/** Looks into a whole body. Throws gate/override or gate/form. */
export function lookInto(body: Uint8Array): void {
  const parts = new Parts();
  parts.look(body);
  parts.look(undefined);
}

/** Looks into one body, a piece after the other. */
export class Parts {
  readonly #decoder = new TextDecoder("latin1");
  #text = "\n"; // what may be a header's beginning

  /** Takes the next piece, or the end. Throws gate/override or gate/form. */
  look(piece: Uint8Array | undefined): void {
    const text =
      this.#text + (piece === undefined ? "\n-" : this.#decoder.decode(piece, { stream: true }).toLowerCase());
    header.lastIndex = 0;
    for (;;) {
      const found = header.exec(text);
      if (found === null) break;
      end.lastIndex = header.lastIndex;
      const to = end.exec(text)?.index ?? text.length;
      if (to - found.index > most) throw refuse("a header of a part is too long");
      if (to === text.length) {
        this.#text = text.slice(found.index - 1);
        return;
      }
      check(text.slice(header.lastIndex, to));
      header.lastIndex = to;
    }
    const line = text.slice(Math.max(0, text.lastIndexOf("\n"), text.lastIndexOf("\r")));
    this.#text = begun.test(line) ? line : "-";
  }
}

function check(text: string): void {
  for (const [, star, piece, value] of text.replace(/[\r\n]/g, "").matchAll(parameter)) {
    const name = value!
      .replace(/^"|"$/g, "")
      .replace(star === undefined ? "" : /^[^']*'[^']*'/, "")
      .replace(/\\(.)/g, "$1")
      .replace(/%([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
    if (piece !== undefined || isOverride(name))
      throw new HoldfastError(edgeCodes.override, "the body names another method for the request");
  }
}

function refuse(why: string): HoldfastError {
  return new HoldfastError(edgeCodes.form, `the form may be read in two ways: ${why}`);
}
