// This file defines Instance, one running copy of the module: bytes in, bytes out.
//
// After a trap Go's heap and stacks are in any state, and the instance would still
// answer. So the first exception that comes out of a call ends it: dead is set
// and never cleared, and who owns the instance makes another one.

import type { Finding } from "../contract/documents.js";
import { Header, Status, maxInput, version, type Op } from "../contract/abi.js";
import { HoldfastError, because, codes, messageOf } from "../documents/errors.js";
import { Memory } from "./memory.js";
import { Wasi } from "./wasi.js";

/** What wasm/ABI.md lists, as JavaScript sees it; a pointer is a signed i32. */
interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  holdfast_abi(): number;
  holdfast_header(): number;
  holdfast_input(sizeBytes: number): number;
  holdfast_call(op: number, handle: number, sizeBytes: number): number;
}

const functions = ["_initialize", "holdfast_abi", "holdfast_header", "holdfast_input", "holdfast_call"] as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const nothing = new Uint8Array(0);

/** Parses JSON the module wrote. */
export function parse(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes));
}

/** One running copy of the module. */
export class Instance {
  readonly #exports: Exports;
  readonly #memory: Memory;
  readonly #wasi: Wasi;
  readonly #log: (text: string) => void;
  readonly #header: number;
  readonly #resting: number; // address and bytes of the input buffer that is always there
  readonly #restingSize: number;
  #dead = false;
  /** Says whether the last run was answered with an error document. */
  failed = false;

  /**
   * Starts a copy of the module. log receives what Go prints when it dies.
   * Throws load/module, load/abi, load/blocked or engine/trap.
   */
  constructor(module: WebAssembly.Module, log: (text: string) => void) {
    this.#log = log;
    this.#wasi = new Wasi();
    let instance: WebAssembly.Instance;
    try {
      instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: this.#wasi.imports() });
    } catch (thrown) {
      throw notTheModule(thrown);
    }
    this.#exports = instance.exports as unknown as Exports;
    if (
      !(this.#exports.memory instanceof WebAssembly.Memory) ||
      functions.some((name) => typeof this.#exports[name] !== "function")
    )
      throw new HoldfastError(codes.module, "this module lacks Holdfast's exports");
    this.#memory = new Memory(this.#exports.memory);
    this.#wasi.memory = this.#memory;
    this.#header = this.#guard(() => {
      this.#exports._initialize();
      const found = this.#exports.holdfast_abi();
      if (found === version) return this.#exports.holdfast_header();
      throw new HoldfastError(
        codes.abi,
        `the module speaks ABI version ${found}, this SDK ${version}; use the module and SDK published together`,
      );
    });
    this.#resting = this.#memory.u32(this.#header + Header.Input);
    this.#restingSize = this.#memory.u32(this.#header + Header.InputSize);
  }

  /** Says whether a call has trapped. */
  get dead(): boolean {
    return this.#dead;
  }

  /**
   * Runs one operation and returns a copy of what it answers. Throws the
   * module's own error, or engine/trap; then nothing was changed.
   */
  call(op: Op, handle: number, input: string | Uint8Array = nothing): Uint8Array<ArrayBuffer> {
    const output = this.run(op, handle, input);
    if (this.failed) throw errorOf(output);
    return output;
  }

  /** Runs one operation and returns a copy of its answer, also where that is an error document: failed says so. */
  run(op: Op, handle: number, input: string | Uint8Array = nothing): Uint8Array<ArrayBuffer> {
    if (this.#dead) throw new HoldfastError(codes.trap, "this copy of the module has stopped");
    const status = this.#guard(() => this.#exports.holdfast_call(op, handle, this.#write(input)));
    if (status !== Status.OK && status !== Status.Error) throw this.#die(new Error(`status ${status}`));
    this.failed = status === Status.Error;
    return this.#memory.read(
      this.#memory.u32(this.#header + Header.Out),
      this.#memory.u32(this.#header + Header.OutSize),
    );
  }

  /** Returns the handle that the last call opened, or 0. */
  get opened(): number {
    return this.#memory.u32(this.#header + Header.Handle);
  }

  // Writes to the input buffer and returns how many bytes. Text that surely fits
  // the resting buffer goes there without a detour.
  #write(input: string | Uint8Array): number {
    if (typeof input === "string") {
      if (input.length * 3 <= this.#restingSize) return this.#memory.writeText(this.#resting, input, this.#restingSize);
      input = encoder.encode(input);
    }
    const size = input.byteLength;
    if (size > maxInput)
      throw new HoldfastError(codes.size, `this input has ${size} bytes, the module takes ${maxInput}`);
    this.#memory.write(size <= this.#restingSize ? this.#resting : this.#exports.holdfast_input(size), input);
    return size;
  }

  // Runs fn; whatever it throws that is not the module's answer is a trap:
  // RuntimeError, but also RangeError, which is how V8 reports a stack at its end.
  #guard<T>(fn: () => T): T {
    try {
      return fn();
    } catch (thrown) {
      if (thrown instanceof HoldfastError) throw thrown;
      throw this.#die(thrown);
    }
  }

  #die(cause: unknown): HoldfastError {
    this.#dead = true;
    const text = this.#wasi.takeText().trim();
    if (text !== "") this.#log(text);
    return new HoldfastError(
      codes.trap,
      `the module stopped (${text.split("\n", 1)[0] || messageOf(cause)}); nothing was decided or recorded`,
      { cause },
    );
  }
}

/** Returns what a refusal by WebAssembly itself is called. */
export function notTheModule(thrown: unknown): HoldfastError {
  return /unsafe-eval|disallowed by embedder|Content Security Policy|\bCSP\b/i.test(messageOf(thrown))
    ? because(thrown, codes.blocked, "the page's content security policy needs 'wasm-unsafe-eval' in its script-src")
    : because(thrown, codes.module, "this is not a whole WebAssembly module");
}

/** Returns the error that the module's answer spells: one, or all of a document's. */
function errorOf(output: Uint8Array): HoldfastError {
  const answer = parse(output) as { error?: Finding & { offset?: number }; errors?: Finding[] };
  const errors = answer.errors ?? [];
  const first = answer.error ?? errors[0];
  if (first === undefined) return new HoldfastError(codes.trap, "the module gave an error without a code");
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new HoldfastError(first.code, first.message + rest, {
    path: first.path,
    offset: typeof first.offset === "number" ? first.offset : undefined,
    errors,
  });
}
