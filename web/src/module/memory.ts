// This file defines Memory, the only place that touches a module's memory.
//
// A module's memory is one ArrayBuffer that grows and never shrinks. When it
// grows, the old buffer is detached: every view of it has length 0 from then on,
// reads undefined and drops what is written. It may grow in any call into the
// module, so no view leaves this file and each use begins with a look at whether
// the view still lives. Whatever is handed out is a copy.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Reads and writes a module's memory. Places and lengths are in bytes. */
export class Memory {
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer as ArrayBuffer);
    this.#view = new DataView(memory.buffer as ArrayBuffer);
  }

  /** Copies data to the given place. */
  write(at: number, data: Uint8Array): void {
    this.#live().set(data, at >>> 0);
  }

  /**
   * Writes text as UTF-8 to the given place and returns how many bytes it took.
   * room is what is free there: three bytes for each of the text's UTF-16 units
   * always suffice. The text has no lone surrogates: there is no UTF-8 for them.
   */
  writeText(at: number, text: string, room: number): number {
    return encoder.encodeInto(text, this.#live().subarray(at >>> 0, (at >>> 0) + room)).written;
  }

  /** Returns a copy of length bytes. */
  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#live().slice(at >>> 0, (at >>> 0) + (length >>> 0));
  }

  /** Returns length bytes as text. */
  readText(at: number, length: number): string {
    return decoder.decode(this.#live().subarray(at >>> 0, (at >>> 0) + (length >>> 0)));
  }

  /** Sets length bytes to 0. */
  zero(at: number, length: number): void {
    this.#live().fill(0, at >>> 0, (at >>> 0) + (length >>> 0));
  }

  /** Reads an unsigned 32-bit number. */
  u32(at: number): number {
    this.#live();
    return this.#view.getUint32(at >>> 0, true);
  }

  /** Reads an unsigned 64-bit number. */
  u64(at: number): bigint {
    this.#live();
    return this.#view.getBigUint64(at >>> 0, true);
  }

  /** Writes an unsigned 32-bit number. */
  setU32(at: number, value: number): void {
    this.#live();
    this.#view.setUint32(at >>> 0, value, true);
  }

  /** Writes an unsigned 64-bit number. */
  setU64(at: number, value: bigint): void {
    this.#live();
    this.#view.setBigUint64(at >>> 0, value, true);
  }

  #live(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.byteLength === 0) {
      this.#bytes = new Uint8Array(this.#memory.buffer as ArrayBuffer);
      this.#view = new DataView(this.#memory.buffer as ArrayBuffer);
    }
    return this.#bytes;
  }
}
