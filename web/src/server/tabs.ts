// This file defines what the tabs of one origin have between them: a channel, and a
// lock that one of them holds while it sends.

import { lease, type Lock } from "./lease.js";
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

/** Returns the platform's lock, or one made of leases in the storage, or none where nothing is shared. */
export function lockOf(storage: QueueStorage | undefined): Lock {
  const locks = typeof navigator === "undefined" ? undefined : (navigator as { locks?: LockManager }).locks;
  if (storage === undefined) return (_name, _signal, fn) => fn(() => true);
  if (locks === undefined) return lease(storage);
  return async (name, signal, fn) => {
    let ran = false;
    try {
      await locks.request(name, { signal }, () => {
        ran = true;
        return fn(() => true);
      });
    } catch (thrown) {
      if (ran) throw thrown;
      if (!signal.aborted) await lease(storage)(name, signal, fn); // a page that may not use locks
    }
  };
}
