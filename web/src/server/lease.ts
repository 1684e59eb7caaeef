// This file defines lease: a lock between tabs where the platform has none, made of one
// item in a storage that the tabs share. Browsers have Web Locks on secure pages only,
// which a page by plain http is not, unless its host is localhost.
//
//	free ──── write a token, wait, look ──► held ── beat, beat, beat ──► free (no item)
//	  ▲          │ another's: it was first     │
//	  │          ▼                             │ no beat: the tab is gone, or frozen
//	  └──── watch the item ◄───────────────────┘
//
// The item is `TOKEN COUNT`, and who holds the lease counts on. No time is in it, since
// clocks are set: a tab that waits looks at the item again and again, and takes it
// over when it has seen nothing new for long enough by its own count. A tab that was only
// slow finds another's token then, and stops before it sends again.
//
// A storage writes at once in its own tab and a little later in others. So a tab that has
// written its token waits, for longer than that takes, and looks whose token is there: of
// two that write in the same instant the last one has it. If a machine is ever slower than that, two tabs
// send for the length of one request; the server takes each proposal once, by its key.

import { newKey, type QueueStorage } from "./queue.js";

/**
 * Runs fn while no other tab runs one under the same name, or not at all where signal ends the wait.
 * held says whether that is still so; it is asked before anything is done that only one may do.
 */
export type Lock = (name: string, signal: AbortSignal, fn: (held: () => boolean) => Promise<void>) => Promise<void>;

/** How long things take, in milliseconds. */
export interface LeasePace {
  /** How often the one that holds it counts on; a hidden tab's timers come once in a second. */
  readonly beat: number;
  /** Without a beat for this long, another takes over. */
  readonly silence: number;
  /** How long a token has to reach the other tabs. */
  readonly settle: number;
  /** How often one that waits looks. */
  readonly look: number;
}

const usual: LeasePace = { beat: 1_000, silence: 8_000, settle: 100, look: 200 };

/** Returns a lock that is made of items in a storage. One that refuses keeps no tab from sending. */
export function lease(storage: QueueStorage, pace: LeasePace = usual): Lock {
  return async (name, signal, fn) => {
    const mine = new Lease(storage, name);
    await mine.take(signal, pace);
    if (signal.aborted) return mine.release();
    const beating = setInterval(() => mine.held(), pace.beat);
    // A tab that is put away or closed has no time left for anything else.
    const release = (): void => mine.release();
    signal.addEventListener("abort", release);
    try {
      await fn(() => mine.held());
    } finally {
      clearInterval(beating);
      signal.removeEventListener("abort", release);
      mine.release();
    }
  };
}

class Lease {
  readonly #storage: QueueStorage;
  readonly #name: string;
  readonly #token = newKey();
  #count = 0;
  #over = false;

  constructor(storage: QueueStorage, name: string) {
    this.#storage = storage;
    this.#name = name;
  }

  /** Waits until it is this one's. */
  async take(signal: AbortSignal, { settle, look, silence }: LeasePace): Promise<void> {
    let seen: string | null = null;
    let silent = 0;
    let looked = performance.now();
    while (!signal.aborted) {
      const now = performance.now();
      const is = this.#read();
      // In a long time between two looks the machine was asleep, or this page put away: the other may have been, too.
      silent = is === seen ? silent + Math.min(now - looked, silence / 3) : 0;
      [seen, looked] = [is, now];
      if (is === null || silent >= silence) {
        if (!this.#write()) return;
        await pause(settle * (1 + Math.random()));
        if (this.#isMine(this.#read())) return;
        silent = 0;
      } else await pause(look * (0.5 + Math.random()));
    }
  }

  /** Says whether it is still this one's, and counts on. */
  held(): boolean {
    const is = this.#read();
    this.#over ||= is !== null && !this.#isMine(is);
    if (!this.#over) this.#write();
    return !this.#over;
  }

  /** Leaves it to others. */
  release(): void {
    this.#over = true;
    if (!this.#isMine(this.#read())) return;
    try {
      this.#storage.removeItem(this.#name);
    } catch {
      // Then it is silent, and taken over.
    }
  }

  #isMine(is: string | null): boolean {
    return is?.startsWith(`${this.#token} `) === true;
  }

  #read(): string | null {
    try {
      return this.#storage.getItem(this.#name);
    } catch {
      return null;
    }
  }

  // Says whether the storage has kept it.
  #write(): boolean {
    const text = `${this.#token} ${++this.#count}`;
    try {
      this.#storage.setItem(this.#name, text);
      return this.#storage.getItem(this.#name) === text;
    } catch {
      return false;
    }
  }
}

function pause(millis: number): Promise<void> {
  return new Promise((done) => setTimeout(done, millis));
}
