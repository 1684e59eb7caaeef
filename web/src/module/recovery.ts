// This file defines Recovery: what is kept of a session to bring it back after its instance is gone.
//
//	began ── recorded ── recorded ── …       the same calls give the same bytes in any instance
//	  ▲                        │
//	  └── a snapshot ◄─────────┘             takes the place of all before it, now and then
//
// What began it is an id or a snapshot. The calls that recorded a decision are made again in the new instance, and
// the last must come to the bytes it had. A snapshot keeps the list small, however long the session lives.

import { HoldfastError, codes } from "../documents/errors.js";
import { Op } from "../contract/abi.js";

/** The call that begins a session: the operation and its input. */
export type Origin = readonly [op: typeof Op.Open | typeof Op.Restore, input: string | Uint8Array];

/** A call that recorded a decision. */
export type Recorded = readonly [op: typeof Op.Decide | typeof Op.Replay, input: string | Uint8Array];

/** How many calls are kept before a snapshot takes their place: making as many again takes some milliseconds. */
const most = 256;

/** What brings one session back. What it is given is its own to keep. */
export class Recovery {
  /** The calls to make after origin, in order; the last one's output is for check. */
  recorded: Recorded[] = [];
  #last: Uint8Array | undefined;

  /** origin is the call to make first. */
  constructor(public origin: Origin) {}

  /** True where a snapshot is to be taken before the next call. */
  get full(): boolean {
    return this.recorded.length >= most;
  }

  /** Keeps a call, and a copy of what it gave. */
  add(call: Recorded, output: Uint8Array): void {
    this.recorded.push(call);
    this.#last = output.slice();
  }

  /** Keeps a copy of a snapshot of now, in place of all before. */
  restart(snapshot: Uint8Array): void {
    this.origin = [Op.Restore, snapshot.slice()];
    this.recorded = [];
    this.#last = undefined;
  }

  /** Takes what the last recorded call gave when it was made again. Throws engine/rebuild where that is different. */
  check(output: Uint8Array | undefined): void {
    if (String(output) !== String(this.#last))
      throw new HoldfastError(
        codes.rebuild,
        "this session could not be brought back; restore it from a snapshot or the log",
      );
  }
}
