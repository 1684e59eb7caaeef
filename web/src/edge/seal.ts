// This file defines seals: what a gate signs of a request that it lets go on, and how an origin checks it.
//
// A seal is a JSON Web Signature (RFC 7515, compact), which libraries of every language read:
//
//	{"alg":"EdDSA","kid":"example.org/gate+8f3a…","typ":"holdfast-seal"}
//	{"aud":"shop.example","body":"sha256:…","bundle":"sha256:…","decision":"sha256:…","exp":…,"iat":…,
//	 "jti":"…","method":"POST","target":"/cart","verdict":"commit"}
//
// It belongs to one request, as the origin gets it: another method, path, query or body has another seal. It is good
// for a minute. Keys are those of `holdfast keygen` (Ed25519), or a secret of at least 32 bytes (HMAC with SHA-256).
// Package host/gate in Go makes and checks the same, and testdata/gate holds both to it.

import type { Verdict } from "../contract/documents.js";
import { edgeHeaders } from "../contract/headers.js";
import { edgeCodes } from "./edgecodes.js";
import { HoldfastError } from "../documents/errors.js";
import { decode, keyOf, subtle } from "../module/signature.js";

/** A shared secret of at least 32 bytes, under an id that says which of several it is. */
export interface Secret {
  readonly id: string;
  readonly secret: string | Uint8Array;
}

/** What a gate signs with: a private key as `holdfast keygen` writes it, or a secret. */
export type SealKey = string | Secret;

/** What an origin checks with: a public key as `holdfast keygen` writes it, or the same secret. */
export type CheckKey = string | Secret;

/** What a seal says. Times are in seconds since 1970. */
interface Claims {
  readonly aud: string;
  readonly body: string;
  readonly bundle: string;
  readonly decision: string;
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly method: string;
  readonly target: string;
  readonly verdict: Verdict;
}

/** How long a seal is good, in seconds. */
const lifetime = 60;

const type = "holdfast-seal";
const encoder = new TextEncoder();

/** Signs seals. */
export class Sealer {
  readonly #key: Promise<{ id: string; alg: string; key: CryptoKey }>;

  /** A key that cannot be used throws seal/key or signature/key when it is first asked to sign. */
  constructor(key: SealKey) {
    this.#key = signing(key);
    this.#key.catch(() => {});
  }

  /** Returns the seal of a request as it goes on, with its body, and of the decision on it. */
  async seal(
    request: Request,
    body: Uint8Array,
    decision: { verdict: Verdict; digest: string; bundle: string },
    nowMillis: number,
  ): Promise<string> {
    const { id, alg, key } = await this.#key;
    const now = Math.floor(nowMillis / 1000);
    const { host, pathname, search } = new URL(request.url);
    const claims: Claims = {
      aud: host,
      body: await digestOf(body),
      bundle: decision.bundle,
      decision: decision.digest,
      exp: now + lifetime,
      iat: now,
      jti: crypto.randomUUID(),
      method: request.method,
      target: pathname + search,
      verdict: decision.verdict,
    };
    const part = (value: object): string => base64url(encoder.encode(JSON.stringify(value)));
    const signed = `${part({ alg, kid: id, typ: type })}.${part(claims)}`;
    const mac = await subtle().sign(key.algorithm.name, key, encoder.encode(signed));
    return `${signed}.${base64url(new Uint8Array(mac))}`;
  }
}

/** How an origin checks. */
export interface CheckOptions {
  /** The keys of the gates that are believed. */
  readonly keys: readonly CheckKey[];
  /**
   * The host that the gate's request went to; the request's own when left out. Name it where a proxy changes the
   * host.
   */
  readonly audience?: string | undefined;
  /**
   * The path and query that the gate's request went to; the request's own when left out. Name it where a proxy
   * changes them.
   */
  readonly target?: string | undefined;
  /** The time in milliseconds; Date.now when left out. */
  readonly now?: (() => number) | undefined;
  /** How far clocks may be apart, in milliseconds; 5,000 when left out. */
  readonly skew?: number | undefined;
}

/** What a gate has decided about a request, checked. */
export interface Checked {
  readonly verdict: Verdict;
  /** The digest of the decision. */
  readonly digest: string;
  /** The decision's bytes, where they came along. */
  readonly decision: Uint8Array<ArrayBuffer> | undefined;
  /** The digest of the bundle that decided. */
  readonly bundle: string;
  /** Names this seal: an origin that must not do a thing twice remembers it until `expires`. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** The id of the key that has signed. */
  readonly key: string;
}

/**
 * Checks, at the origin, what a gate has decided about a request. Reads the body of a copy. Throws seal/missing,
 * malformed, unknown-key, wrong, expired or other: what throws was decided by no gate that is believed.
 */
export async function verifyVerdict(request: Request, options: CheckOptions): Promise<Checked> {
  const { now = Date.now, skew = 5_000 } = options;
  const seal = request.headers.get(edgeHeaders.seal);
  if (seal === null) throw refuse(edgeCodes.unsealed, "this request carries no seal of a gate");
  const { claims, key } = await open(seal, options.keys);
  if (now() + skew < claims.iat * 1000 || now() - skew >= claims.exp * 1000)
    throw refuse(edgeCodes.sealTime, "the seal is too old, or from the future");
  const { host, pathname, search } = new URL(request.url);
  const other = (what: string): HoldfastError => refuse(edgeCodes.sealOther, `the seal is of another ${what}`);
  if (claims.method !== request.method) throw other("method");
  if (claims.target !== (options.target ?? pathname + search)) throw other("path or query");
  if (claims.aud !== (options.audience ?? host)) throw other("host");
  if (claims.verdict !== request.headers.get(edgeHeaders.verdict)) throw other("verdict");
  if (claims.decision !== request.headers.get(edgeHeaders.digest)) throw other("decision");
  if (claims.body !== (await digestOf(new Uint8Array(await request.clone().arrayBuffer())))) throw other("body");
  const attached = request.headers.get(edgeHeaders.decision);
  const decision = attached === null ? undefined : bytesOf(attached, btoa);
  if (attached !== null && (decision === undefined || (await digestOf(decision)) !== claims.decision))
    throw other("decision");
  return {
    verdict: claims.verdict,
    digest: claims.decision,
    decision,
    bundle: claims.bundle,
    id: claims.jti,
    expires: claims.exp * 1000,
    key,
  };
}

/** Returns what a seal says, if one of the keys has made it. */
async function open(seal: string, keys: readonly CheckKey[]): Promise<{ claims: Claims; key: string }> {
  const parts = seal.split(".");
  const [head, , mac] = parts.map((part) =>
    bytesOf(part, (raw) => base64url(Uint8Array.from(raw, (char) => char.charCodeAt(0)))),
  );
  if (parts.length !== 3 || head === undefined || mac === undefined) throw malformed();
  const { alg, kid, typ } = object(head) as { alg?: unknown; kid?: unknown; typ?: unknown };
  if (typ !== type || typeof kid !== "string") throw malformed();
  const all = await Promise.all(keys.map(checking));
  const key = all.find(({ id }) => id === kid);
  if (key === undefined)
    throw refuse(edgeCodes.sealKey, `no trusted key has made this seal; it names ${JSON.stringify(kid.slice(0, 100))}`);
  const good =
    alg === key.alg &&
    (await subtle()
      .verify(key.key.algorithm.name, key.key, mac, encoder.encode(`${parts[0]}.${parts[1]}`))
      .catch(() => false));
  if (!good) throw refuse(edgeCodes.seal, "the seal is not what its key makes of it");
  const payload = bytesOf(parts[1]!, (raw) => base64url(Uint8Array.from(raw, (char) => char.charCodeAt(0))));
  if (payload === undefined) throw malformed();
  const claims = object(payload) as unknown as Record<string, unknown>;
  for (const name of ["aud", "body", "bundle", "decision", "jti", "method", "target", "verdict"])
    if (typeof claims[name] !== "string") throw malformed();
  if (!Number.isSafeInteger(claims["iat"]) || !Number.isSafeInteger(claims["exp"])) throw malformed();
  return { claims: claims as unknown as Claims, key: kid };
}

function object(bytes: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // no JSON
  }
  throw malformed();
}

/** Reads a private key as `holdfast keygen` writes it: its id, and its seed of 32 bytes. Throws seal/key. */
function signerOf(text: string): { readonly id: string; readonly seed: Uint8Array<ArrayBuffer> } {
  const [, name = "", hash = "", encoded = ""] =
    /^PRIVATE\+KEY\+([A-Za-z0-9._/-]{1,64})\+([0-9a-f]{8})\+(.*)$/.exec(text.trim()) ?? [];
  const raw = decode(encoded);
  if (raw === undefined || raw.length !== 33 || raw[0] !== 1)
    throw refuse(edgeCodes.sealSecret, "this is no private key: it is PRIVATE+KEY+NAME+HASH+BASE64, as in NAME.key");
  return { id: `${name}+${hash}`, seed: raw.slice(1) };
}

async function signing(key: SealKey): Promise<{ id: string; alg: string; key: CryptoKey }> {
  if (typeof key !== "string") return hmac(key, "sign");
  const { id, seed } = signerOf(key);
  // PKCS #8 (RFC 8410) around a seed.
  const prefix = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
  return {
    id,
    alg: "EdDSA",
    key: await subtle().importKey("pkcs8", Uint8Array.from([...prefix, ...seed]), { name: "Ed25519" }, false, ["sign"]),
  };
}

async function checking(key: CheckKey): Promise<{ id: string; alg: string; key: CryptoKey }> {
  if (typeof key !== "string") return hmac(key, "verify");
  const { id, raw } = await keyOf(key.trim());
  return { id, alg: "EdDSA", key: await subtle().importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]) };
}

async function hmac(
  { id, secret }: Secret,
  use: "sign" | "verify",
): Promise<{ id: string; alg: string; key: CryptoKey }> {
  const bytes = typeof secret === "string" ? encoder.encode(secret) : secret.slice();
  if (bytes.byteLength < 32) throw refuse(edgeCodes.sealSecret, "a secret for seals has at least 32 bytes");
  return {
    id,
    alg: "HS256",
    key: await subtle().importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [use]),
  };
}

async function digestOf(bytes: Uint8Array<ArrayBufferLike>): Promise<string> {
  const sum = new Uint8Array(await subtle().digest("SHA-256", bytes.slice()));
  return "sha256:" + Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64url(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** Returns the bytes of base64 that is written in the one way that `write` writes it. */
function bytesOf(text: string, write: (raw: string) => string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return write(raw) === text ? Uint8Array.from(raw, (char) => char.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}

function malformed(): HoldfastError {
  return refuse(edgeCodes.sealMalformed, "the seal is not written as a gate writes it");
}

function refuse(code: string, message: string): HoldfastError {
  return new HoldfastError(code, message);
}
