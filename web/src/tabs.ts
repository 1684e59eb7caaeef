// This file defines what the tabs of one origin have between them: a channel, and a
// lock that one of them holds while it sends.

import type { QueueStorage } from "./queue.js";

/** What tabs tell each other. A tab believes none of it: a decision is decided again, an outcome is looked up. */
export type Message =
  | { readonly type: "decision"; readonly text: string }
  | { readonly type: "queue" }
  | { readonly type: "settled"; readonly key: string; readonly text: string };

/** The channel. Without BroadcastChannel nothing is told, and nothing is lost by that. */
export class Tabs {
  readonly #name: string;
  readonly #heard: (message: Message) => void;
  #channel: BroadcastChannel | undefined;

  constructor(name: string, heard: (message: Message) => void) {
    this.#name = name;
    this.#heard = heard;
  }

  /** Begins to listen. */
  open(): void {
    if (this.#channel !== undefined || typeof BroadcastChannel === "undefined") return;
    try {
      this.#channel = new BroadcastChannel(this.#name);
    } catch {
      return; // a page without an origin
    }
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#heard(data);
    (this.#channel as { unref?(): void }).unref?.(); // Node need not live for it
  }

  tell(message: Message): void {
    this.#channel?.postMessage(message);
  }

  /** Ends listening: a page with an open channel may not be kept by the back-forward cache. */
  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}

/** Runs fn while no other tab runs one under the same name, or not at all where signal ends the wait. */
export type Lock = (name: string, signal: AbortSignal, fn: (renew: () => void) => Promise<void>) => Promise<void>;

/** Returns the platform's lock, or one made of leases in the storage, or none where nothing is shared. */
export function lockOf(storage: QueueStorage | undefined): Lock {
  const locks = typeof navigator === "undefined" ? undefined : (navigator as { locks?: LockManager }).locks;
  if (storage === undefined) return (_name, _signal, fn) => fn(() => undefined);
  if (locks === undefined) return lease(storage);
  return async (name, signal, fn) => {
    let ran = false;
    try {
      await locks.request(name, { signal }, () => {
        ran = true;
        return fn(() => undefined);
      });
    } catch (thrown) {
      if (ran) throw thrown;
      if (!signal.aborted) await lease(storage)(name, signal, fn); // a page that may not use locks
    }
  };
}

/** How long a lease lasts unless it is renewed, in milliseconds: longer than one request, in which nobody renews it. */
const leaseFor = 20_000;

// Two tabs can take a lease in the same instant, and then both send: the server takes
// each proposal once all the same, by its key. What is lost is only their order.
function lease(storage: QueueStorage): Lock {
  const me = Math.random().toString(36).slice(2);
  return async (name, signal, fn) => {
    const item = `${name} lease`;
    // A storage that is full, or that refuses, keeps nobody from sending.
    const allowed = <T>(fn: () => T): T | undefined => {
      try {
        return fn();
      } catch {
        return undefined;
      }
    };
    const holder = (): string | undefined => {
      const [who, until] = (allowed(() => storage.getItem(item)) ?? "").split(" ");
      return Number(until) > Date.now() ? who : undefined;
    };
    const renew = (): void => allowed(() => storage.setItem(item, `${me} ${Date.now() + leaseFor}`));
    for (;;) {
      if (signal.aborted) return;
      if ((holder() ?? me) === me) {
        renew();
        await pause(5 + Math.random() * 20);
        if ((holder() ?? me) === me) break;
      }
      await pause(30 + Math.random() * 50);
    }
    try {
      await fn(renew);
    } finally {
      if (holder() === me) allowed(() => storage.removeItem(item));
    }
  };
}

function pause(millis: number): Promise<void> {
  return new Promise((done) => setTimeout(done, millis));
}
