// This file defines load: from wherever the module lies to a running engine.

import { Engine } from "./engine.js";
import { HoldfastError, codes, messageOf } from "./errors.js";
import { notTheModule } from "./instance.js";

/**
 * Where the module comes from: a URL, a response (or the promise of one), its
 * bytes, or the module compiled already, as bundlers and workerd hand it out.
 */
export type Source = string | URL | Response | PromiseLike<Response> | ArrayBuffer | Uint8Array | WebAssembly.Module;

/** How to load. Everything may be left out. */
export interface LoadOptions {
  /** `sha256:…` of the module's bytes; any other module is refused before any of it runs. */
  readonly digest?: string;
  /** Receives what Go prints when the module dies; console.error when left out. */
  readonly log?: (text: string) => void;
}

/**
 * Loads the module and starts it. Without a source: the file `holdfast.wasm` that
 * lies beside this one, in Node as in a browser. From a URL or a response it is
 * compiled while it arrives, if the server calls it `application/wasm`.
 *
 * Throws load/fetch, load/module, load/blocked, load/digest, load/abi or engine/trap.
 */
export async function load(source: Source = new URL("./holdfast.wasm", import.meta.url), options: LoadOptions = {}): Promise<Engine> {
  const { module, digest } = await compile(source);
  if (options.digest !== undefined && digest !== options.digest)
    throw new HoldfastError(
      codes.digest,
      digest === undefined
        ? "the module's digest cannot be found out here; give its URL or bytes, on a secure page (https or localhost)"
        : `the module is ${digest}, not ${options.digest}, which this program asks for`,
    );
  return new Engine(module, { moduleDigest: digest, log: options.log });
}

interface Compiled {
  readonly module: WebAssembly.Module;
  readonly digest: string | undefined;
}

type Bytes = Uint8Array<ArrayBuffer>;

async function compile(source: Source): Promise<Compiled> {
  if (source instanceof WebAssembly.Module) return { module: source, digest: undefined };
  // Of an array a copy, since it may be a view of shared memory, which is neither compiled nor hashed.
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return compileBytes(new Uint8Array(source));
  if (typeof source === "string" || source instanceof URL) {
    const file = readFile(source);
    if (file !== undefined) return compileBytes(await file.catch(fetchFailed));
    source = fetch(source);
  }
  // What is left is a response; WebAssembly.Module has no members, so the compiler cannot tell.
  const response = await Promise.resolve(source as Response | PromiseLike<Response>).catch(fetchFailed);
  if (!response.ok) fetchFailed(new Error(`${response.url} answered ${response.status} ${response.statusText}`));
  if (typeof WebAssembly.compileStreaming !== "function" || !/^application\/wasm\s*(;|$)/i.test(response.headers.get("content-type") ?? ""))
    return compileBytes(await bodyOf(response));
  const copy = response.clone();
  return both(WebAssembly.compileStreaming(response), bodyOf(copy).then(digestOf));
}

// Both take the bytes as they are at the call; what the caller does to them then is no matter.
function compileBytes(bytes: Bytes): Promise<Compiled> {
  return both(WebAssembly.compile(bytes), digestOf(bytes));
}

async function both(compiled: Promise<WebAssembly.Module>, hashed: Promise<string | undefined>): Promise<Compiled> {
  // A body that breaks off fails both: that is the fetch's fault, so its error goes first.
  const [module, digest] = await Promise.allSettled([compiled, hashed]);
  if (digest.status === "rejected") throw digest.reason;
  if (module.status === "rejected") throw notTheModule(module.reason);
  return { module: module.value, digest: digest.value };
}

async function bodyOf(response: Response): Promise<Bytes> {
  return new Uint8Array(await response.arrayBuffer().catch(fetchFailed));
}

/** SHA-256 as the digests of bundles are written, or undefined where the page is not secure. */
async function digestOf(bytes: Bytes): Promise<string | undefined> {
  if (globalThis.crypto?.subtle === undefined) return undefined;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return "sha256:" + Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Node's fetch knows no file: URLs. Its file system is asked for without an
// import, so that no bundler tries to put it into a page.
interface Process {
  getBuiltinModule?(name: "node:fs/promises"): { readFile(path: URL): Promise<Bytes> } | undefined;
}

function readFile(source: string | URL): Promise<Bytes> | undefined {
  if (!/^file:/i.test(String(source))) return undefined;
  const process = (globalThis as { process?: Process }).process;
  return process?.getBuiltinModule?.("node:fs/promises")?.readFile(new URL(source));
}

function fetchFailed(thrown: unknown): never {
  throw new HoldfastError(codes.fetch, `the module could not be fetched: ${messageOf(thrown)}`, { cause: thrown });
}
