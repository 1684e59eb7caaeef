// This file defines compile: from wherever the module lies to a module that was checked.

import type { Progress } from "./counted.js";
import { HoldfastError, because, codes, messageOf } from "../documents/errors.js";
import { notTheModule } from "./instance.js";

/**
 * Where the module comes from: a URL, a response (or the promise of one), its
 * bytes, or the module compiled already, as bundlers and workerd hand it out.
 */
export type Source = string | URL | Response | PromiseLike<Response> | ArrayBuffer | Uint8Array | WebAssembly.Module;

/** How to fetch and compile. Everything may be left out. */
export interface FetchOptions {
  /** `sha256:…` of the module's bytes; any other module is refused before any of it runs. */
  readonly digest?: string;
  /** The same as digest, by the name that pages know. */
  readonly integrity?: string;
  /** Milliseconds until load/timeout, all tries together; none when left out. */
  readonly timeout?: number;
  /**
   * How often a URL is tried again when the network fails: after 250 ms, 500 ms, and so
   * on; 2 when left out. A server's answer, whatever its status, is not asked for twice.
   */
  readonly retries?: number;
  readonly progress?: Progress;
  /** Ends the loading with load/aborted. */
  readonly signal?: AbortSignal;
}

// Bundlers read this very expression, and put the file where it then leads.
const beside = (): URL => new URL("./holdfast.wasm", import.meta.url);

/** A module, and its digest where it can be found out. */
export interface Compiled {
  readonly module: WebAssembly.Module;
  readonly digest: string | undefined;
}

/** Fetches and compiles a module, the package's own where no source is given, and checks its digest. */
export async function compile(source: Source | undefined, options: FetchOptions): Promise<Compiled> {
  const { module, digest } = await within(options, (signal) =>
    source === undefined ? own(options, signal) : attempts(source, options, signal),
  );
  for (const wanted of [options.digest, options.integrity])
    if (wanted !== undefined && digest !== wanted)
      throw new HoldfastError(
        codes.digest,
        digest === undefined
          ? "the module's digest is unknown; give its URL or bytes, on a secure page (https or localhost)"
          : `the module is ${digest}, not ${wanted}`,
      );
  return { module, digest };
}

// Runs fn until it is done, the time is over or the caller aborts. What cannot be stopped is left to end by itself.
async function within<T>(
  { timeout, signal }: FetchOptions,
  fn: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (timeout === undefined && signal === undefined) return fn(undefined);
  const controller = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason));
  });
  const aborted = (): void => controller.abort(because(signal!.reason, codes.aborted, "loading was given up"));
  const late = (): void =>
    controller.abort(new HoldfastError(codes.timeout, `the module was not there after ${timeout} ms`));
  const timer = timeout === undefined ? undefined : setTimeout(late, timeout);
  try {
    if (signal?.aborted) aborted();
    else signal?.addEventListener("abort", aborted);
    return await Promise.race([ended, controller.signal.aborted ? ended : fn(controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", aborted);
    ended.catch(() => {}); // it is not waited for any more
  }
}

/** Nothing is there that could be the module: no answer, one that is no success, or a page. */
class Absent extends HoldfastError {}

/** The network failed, so that another try may succeed. */
class NetworkFailure extends Absent {}

// The file beside this one, where it came along. It is left behind by a bundler that knows nothing of
// files, by a development server that packs dependencies into one file elsewhere, and by one that hands
// out nothing of a linked folder. None of them leaves an import behind.
async function own(options: FetchOptions, signal: AbortSignal | undefined): Promise<Compiled> {
  let inline: Bytes | undefined;
  try {
    return await attempts(beside(), options, signal);
  } catch (thrown) {
    // A TypeError: there is no import.meta.url, as in a classic script.
    if (signal?.aborted === true || !(thrown instanceof Absent || thrown instanceof TypeError)) throw thrown;
    inline = await import("./inline.js").then(({ unpack }) => unpack()).catch(() => undefined);
    if (inline === undefined) throw thrown instanceof Absent ? thrown : notFetched(thrown);
  }
  options.progress?.(0, inline.length);
  options.progress?.(inline.length, inline.length);
  return compileBytes(inline);
}

async function attempts(source: Source, options: FetchOptions, signal: AbortSignal | undefined): Promise<Compiled> {
  const retries = typeof source === "string" || source instanceof URL ? (options.retries ?? 2) : 0;
  for (let tried = 0; ; tried++) {
    try {
      return await attempt(source, options, signal);
    } catch (thrown) {
      if (!(thrown instanceof NetworkFailure) || tried >= retries || signal?.aborted === true) throw thrown;
    }
    await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** tried));
    signal?.throwIfAborted();
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

async function attempt(source: Source, { progress }: FetchOptions, signal: AbortSignal | undefined): Promise<Compiled> {
  if (source instanceof WebAssembly.Module) return { module: source, digest: undefined };
  // Of an array a copy, since it may be a view of shared memory, which is neither compiled nor hashed.
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return compileBytes(new Uint8Array(source));
  if (typeof source === "string" || source instanceof URL) {
    let request: Request;
    try {
      if (/^file:/i.test(String(source))) {
        const { readFile } = await import("./file.js");
        const file = await readFile(new URL(source));
        if (file !== undefined) return compileBytes(file);
      }
      request = new Request(source, signal === undefined ? {} : { signal });
    } catch (thrown) {
      return notFetched(thrown); // no such file, or no URL at all: another try would not help
    }
    source = fetch(request);
  }
  // What is left is a response; WebAssembly.Module has no members, so the compiler cannot tell.
  let response = await Promise.resolve(source as Response | PromiseLike<Response>).catch(networkFailed);
  if (!response.ok) notFetched(new Error(`${response.url} answered ${response.status} ${response.statusText}`));
  if (progress !== undefined) {
    const counting = await import("./counted.js").catch(() => undefined); // without it the module comes uncounted
    response = counting?.counted(response, progress) ?? response;
  }
  const type = response.headers.get("content-type") ?? "";
  if (typeof WebAssembly.compileStreaming !== "function" || !/^application\/wasm\s*(;|$)/i.test(type))
    return compileBytes(checked(await bodyOf(response), response));
  const copy = response.clone();
  return both(
    WebAssembly.compileStreaming(response),
    bodyOf(copy).then((bytes) => digestOf(checked(bytes, response))),
  );
}

// A server for pages answers with its page, and with success, where it has no such file.
function checked(bytes: Bytes, { url, headers }: Response): Bytes {
  if (String(bytes.subarray(0, 4)) === "0,97,115,109") return bytes;
  const type = headers.get("content-type") ?? "of no type";
  throw new Absent(codes.module, `what is at ${url} is not WebAssembly but ${type}`);
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
  return new Uint8Array(await response.arrayBuffer().catch(networkFailed));
}

/** SHA-256 as the digests of bundles are written, or undefined where the page is not secure. */
async function digestOf(bytes: Bytes): Promise<string | undefined> {
  if (globalThis.crypto?.subtle === undefined) return undefined;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return "sha256:" + Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function notFetched(cause: unknown, kind = Absent): never {
  throw new kind(codes.fetch, `the module could not be fetched: ${messageOf(cause)}`, { cause });
}

function networkFailed(thrown: unknown): never {
  notFetched(thrown, NetworkFailure);
}
