// This file defines Wasi, the ten functions of WASI preview 1 that a Go reactor
// imports, so that the module runs alike in Node, a browser, a worker and workerd.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
//
// The module gets no world: no arguments, no environment, no files, no time.
//
// Time does not pass, and moves only by what the module sleeps (it never does, but
// the runtime's timers must not wait for ever). It does not start at 0: Go's
// runtime takes a monotonic clock that reads 0 for a broken one and dies.
//
// "Random" bytes are zeros. That is safe because nothing here is secret or needs
// luck: Go draws them to seed its hash tables and its scheduler, and the core
// makes no keys, tokens or salts. What a fixed seed costs is that someone can write a
// document whose keys collide; the limits on its size bound what that slows down.
// What it buys is that every instance takes the same steps.
//
// fd_write keeps the text Go prints when it dies, which then goes into the
// error. proc_exit cannot return, so it throws, as a trap does.

import type { Memory } from "./memory.js";

/** 2026-01-01T00:00:00Z in nanoseconds; any time but 0 would do. */
const start = 1767225600000000000n;

const ok = 0;
const badFile = 8; // errno badf
const subscriptionBytes = 48;
const eventBytes = 32;
const sleepUntil = 1; // subclockflags: the timeout is a point in time, not a span

/** How much of a crash's text is kept: Go prints every goroutine's stack. */
const maxText = 16 << 10;

/** One instance's WASI. Set memory when the instance exists, before it runs. */
export class Wasi {
  memory!: Memory;
  #now = start;
  #text = "";

  /** Returns what the module printed since the last call, and forgets it. */
  takeText(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Returns the import object's part named `wasi_snapshot_preview1`. */
  imports(): WebAssembly.ModuleImports {
    const none = (count: number, size: number): number => {
      this.memory.setU32(count, 0);
      this.memory.setU32(size, 0);
      return ok;
    };
    return {
      args_sizes_get: none,
      args_get: () => ok,
      environ_sizes_get: none,
      environ_get: () => ok,
      sched_yield: () => ok,

      clock_time_get: (_clock: number, _precision: bigint, at: number) => {
        this.memory.setU64(at, this.#now);
        return ok;
      },

      random_get: (at: number, length: number) => {
        this.memory.zero(at, length);
        return ok;
      },

      fd_write: (fd: number, vectors: number, count: number, written: number) => {
        if (fd !== 1 && fd !== 2) return badFile;
        let total = 0;
        for (let i = 0; i < count; i++, vectors += 8) {
          const length = this.memory.u32(vectors + 4);
          if (this.#text.length < maxText) this.#text += this.memory.readText(this.memory.u32(vectors), length);
          total += length;
        }
        this.memory.setU32(written, total);
        return ok;
      },

      // Every subscription is answered at once; a sleep moves the time instead.
      poll_oneoff: (subscriptions: number, events: number, count: number, answered: number) => {
        for (let i = 0; i < count; i++, subscriptions += subscriptionBytes, events += eventBytes) {
          const type = this.memory.u32(subscriptions + 8) & 0xff;
          if (type === 0) {
            const timeout = this.memory.u64(subscriptions + 24);
            const until = this.memory.u32(subscriptions + 40) & sleepUntil ? timeout : this.#now + timeout;
            if (until > this.#now) this.#now = until;
          }
          this.memory.zero(events, eventBytes);
          this.memory.setU64(events, this.memory.u64(subscriptions));
          this.memory.setU32(events + 8, type << 16); // after userdata: errno u16, type u8
        }
        this.memory.setU32(answered, count);
        return ok;
      },

      proc_exit: (status: number) => {
        throw new WebAssembly.RuntimeError(`exit status ${status}`);
      },
    };
  }
}
