// This file defines verify: whether a key that this program trusts has signed a text.
//
// A signature is a note as Go's golang.org/x/mod/sumdb/note has them: the text, a blank
// line, and a line for each signature. The text names a digest that the module has
// computed, so it is the document's meaning that is signed and not its white space.
//
//	holdfast bundle
//	door@1.0.0
//	sha256:6c1f…
//
//	— example.org/release 8xk0uQ…
//
// The rules are those of package host/signature in Go, and testdata/signature holds both
// to them: there is one way to write a note, and no note, no key, an unknown key and a
// platform without Ed25519 are refusals, never a pass.
// https://pkg.go.dev/golang.org/x/mod/sumdb/note

import type { BundleInfo, CatalogInfo } from "../contract/documents.js";
import { HoldfastError, codes } from "../documents/errors.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** What `holdfast sign` wrote, where there is something. */
type Note = string | Uint8Array | undefined;

const maxNote = 1 << 19; // bytes
const maxSignatures = 100;
const lineStart = "— ";
const keyName = /^[A-Za-z0-9._/-]{1,64}$/;
const digestLine = /^sha256:[0-9a-f]{64}$/;
const ed25519 = 1; // the note format's number of the algorithm

const encoder = new TextEncoder();

/** Returns the text that is signed for a bundle. */
export function bundleText(name: string, version: string, digest: string): string {
  return `holdfast bundle\n${name}@${version}\n${digest}\n`;
}

/** Returns the text that is signed for a catalog: its own digest, and in order those of all it publishes. */
export function catalogText(name: string, version: string, digest: string, points: readonly string[]): string {
  return `holdfast catalog\n${name}@${version}\n${digest}\n${[...new Set(points)]
    .sort()
    .map((point) => point + "\n")
    .join("")}`;
}

/** Like verify, for a bundle by what it says of itself. */
export function verifyBundle(info: BundleInfo, note: Note, keys: readonly string[]): Promise<string> {
  return verify(bundleText(info.bundle, info.version, info.digest), note, keys);
}

/** Like verify, for a catalog by what it says of itself, and its document's digest. */
export function verifyCatalog(info: CatalogInfo, digest: string, note: Note, keys: readonly string[]): Promise<string> {
  return verify(catalogText(info.catalog, info.version, digest, info.digests), note, keys);
}

/** A public key, parsed. */
export interface Key {
  readonly id: string; // NAME+HASH
  readonly name: string;
  readonly raw: Bytes; // 32 bytes
}

/**
 * Returns the name of the trusted key that has signed text, or, for a bundle, a
 * catalog with that bundle in it. keys are `NAME+HASH+BASE64`, as `holdfast keygen` writes
 * them. Throws signature/missing, malformed, unknown-key, wrong, other, key or unsupported.
 */
export async function verify(text: string, note: Note, keys: readonly string[]): Promise<string> {
  const trusted = await Promise.all(keys.map(keyOf));
  if (note === undefined || note.length === 0)
    throw refuse(codes.unsigned, "there is no signature: sign it with `holdfast sign`, and give the note along");
  const { signed, lines } = take(note);
  let signer: string | undefined;
  for (const { id, raw } of lines) {
    const key = trusted.find((key) => key.id === id);
    if (key === undefined) continue;
    if (!(await isGood(key, raw.slice(4), encoder.encode(signed))))
      throw refuse(
        codes.signature,
        `the signature of ${id} does not verify: it was made for something else, or one of the two was changed since`,
      );
    signer ??= key.name;
  }
  if (signer === undefined) {
    const known = trusted.map(({ id }) => id).join(", ") || "none";
    throw refuse(
      codes.unknownKey,
      `no trusted key has signed this; signed by ${lines.map(({ id }) => id).join(", ")}, trusted: ${known}`,
    );
  }
  if (!standsFor(signed, text))
    throw refuse(codes.otherText, `${signer} has signed something else (${signed.split("\n", 3).join(" ")})`);
  return signer;
}

function standsFor(signed: string, text: string): boolean {
  if (signed === text) return true;
  const [kind, , digest] = text.split("\n");
  const lines = signed.split("\n");
  return kind === "holdfast bundle" && lines[0] === "holdfast catalog" && lines.slice(3, -1).includes(digest!);
}

// Takes a note apart, and nothing that could have been written differently.
function take(note: string | Uint8Array): { signed: string; lines: { id: string; raw: Bytes }[] } {
  let whole: string;
  try {
    const bytes = typeof note === "string" ? encoder.encode(note) : note;
    if (bytes.length > maxNote) throw malformed(`it is longer than ${maxNote} bytes`);
    whole = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (typeof note === "string" && whole !== note) throw malformed("half of a surrogate pair is alone in it");
  } catch (thrown) {
    throw thrown instanceof HoldfastError ? thrown : malformed("it is not UTF-8");
  }
  const end = whole.lastIndexOf("\n\n");
  if (end < 0 || !whole.endsWith("\n") || end + 2 === whole.length)
    throw malformed("it is no note: a text, a blank line, and the signatures, each with its line break");
  const signed = whole.slice(0, end + 1);
  if (!isOurs(signed)) throw malformed("it is not for a bundle, a catalog or a session's head");
  const lines: { id: string; raw: Bytes }[] = [];
  for (const line of whole.slice(end + 2, -1).split("\n")) {
    const [, name = "", text = ""] = /^— ([^ ]*) (.*)$/s.exec(line) ?? [];
    const raw = decode(text);
    if (!line.startsWith(lineStart) || !keyName.test(name) || raw === undefined || raw.length < 5)
      throw malformed(`${JSON.stringify(line.slice(0, 200))} is no signature, ${lineStart}KEYNAME BASE64`);
    const id = `${name}+${hex(raw.subarray(0, 4))}`;
    if (lines.some((other) => other.id === id)) throw malformed(`${id} signs it twice`);
    if (lines.push({ id, raw }) > maxSignatures) throw malformed(`it has more than ${maxSignatures} signatures`);
  }
  return { signed, lines };
}

// Says whether a text is one of those that are signed.
function isOurs(text: string): boolean {
  const lines = text.slice(0, -1).split("\n");
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x09\x0b-\x1f]/.test(text)) return false;
  const [kind, name = "", third = ""] = lines;
  if (kind === "holdfast head")
    return (
      lines.length === 5 &&
      name !== "" &&
      /^(0|[1-9][0-9]{0,15})$/.test(third) &&
      lines.slice(3).every((line) => digestLine.test(line))
    );
  if (kind !== "holdfast bundle" && kind !== "holdfast catalog") return false;
  if (lines.length < 3 || !name.includes("@") || !lines.slice(2).every((line) => digestLine.test(line))) return false;
  return lines.length === 3 || (kind === "holdfast catalog" && lines.slice(4).every((line, i) => lines[i + 3]! < line));
}

/** Reads a public key, `NAME+HASH+BASE64`. Throws signature/key. */
export async function keyOf(text: string): Promise<Key> {
  const [, name = "", hash = "", encoded = ""] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/.exec(text) ?? [];
  const raw = decode(encoded);
  if (text.startsWith("PRIVATE+KEY+"))
    throw refuse(codes.key, "this is a private key, which is not to be given away: name the public one, NAME.pub");
  if (!keyName.test(name) || raw === undefined || raw.length !== 33 || raw[0] !== ed25519)
    throw refuse(codes.key, "this is no public key: it is NAME+HASH+BASE64, as in NAME.pub");
  const named = new Uint8Array([...encoder.encode(name + "\n"), ...raw]);
  if (hex(new Uint8Array(await subtle().digest("SHA-256", named)).subarray(0, 4)) !== hash)
    throw refuse(codes.key, `the key ${name} is not whole: its hash is another one`);
  return { id: `${name}+${hash}`, name, raw: raw.slice(1) };
}

async function isGood(key: Key, signature: Bytes, signed: Bytes): Promise<boolean> {
  try {
    const imported = await subtle().importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]);
    return (await subtle().verify({ name: "Ed25519" }, imported, signature, signed)) === true;
  } catch (thrown) {
    if (thrown instanceof HoldfastError) throw thrown;
    if ((thrown as { name?: unknown } | null)?.name === "NotSupportedError") throw unsupported(thrown);
    return false; // no point of the curve, or no signature at all
  }
}

/** Returns the platform's cryptography. Throws signature/unsupported. */
export function subtle(): SubtleCrypto {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) throw unsupported(undefined);
  return subtle;
}

/** Returns the bytes of base64 that is written in the one way to write it. */
export function decode(text: string): Bytes | undefined {
  try {
    const raw = atob(text);
    return btoa(raw) === text ? Uint8Array.from(raw, (char) => char.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function unsupported(cause: unknown): HoldfastError {
  return new HoldfastError(
    codes.unsupported,
    "Ed25519 cannot be checked here, so nothing signed is accepted: it takes a secure page (https or localhost) " +
      "and Chromium 137, Firefox 129, Safari 17, Node 20 or newer",
    { cause },
  );
}

function malformed(message: string): HoldfastError {
  return refuse(codes.malformed, `the signature cannot be read: ${message}`);
}

function refuse(code: string, message: string): HoldfastError {
  return new HoldfastError(code, message);
}
