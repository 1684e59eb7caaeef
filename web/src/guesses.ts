// This file defines Guesses: the waiting proposals, decided on a copy of the confirmed
// session that runs ahead of it.
//
//	confirmed  … 4         … 4 ── 5            … 4 ── x
//	                \                 \                  \
//	ahead            g5 ── g6          g6                 g5' ── g6'
//
//	               5 is g5, byte for byte:   x is another: both are made
//	               g6 stands as it is        again, and whoever listens hears of it

import { again, type Confirmed } from "./confirmed.js";
import type { Decision } from "./decision.js";
import { encode } from "./encode.js";
import { HoldfastError, codes } from "./errors.js";
import type { Entry, Queue } from "./queue.js";
import type { Session } from "./session.js";

/** What is decided: a proposal without its time. */
export type Proposed = Pick<Entry, "action" | "actor" | "args" | "reasons">;

/** Decides what waits. */
export class Guesses {
  readonly #confirmed: Confirmed;
  readonly #queue: Queue;
  readonly #changed: (entry: Entry, was: Decision) => void;
  #ahead: Session | undefined; // undefined where nothing is guessed
  #cause: "" | "again" | "moved" = "";

  /** changed is told of a guess that had to be made again because the server has moved on. */
  constructor(confirmed: Confirmed, queue: Queue, changed: (entry: Entry, was: Decision) => void) {
    this.#confirmed = confirmed;
    this.#queue = queue;
    this.#changed = changed;
  }

  /** What is confirmed, and the guesses on top of it. */
  get session(): Session {
    this.remake();
    return this.#ahead ?? this.#confirmed.session;
  }

  /** The time of the last decision or guess; none after it may be earlier. */
  get at(): number {
    this.remake();
    return this.#queue.entries.reduce((at, { guess, landed }) => (landed ? at : (guess?.document.at ?? at)), this.#confirmed.at);
  }

  /** Guesses what a new proposal gets after all that wait. Throws what decide throws. */
  make(proposed: Proposed, at: number): Decision {
    const document = documentOf(proposed, Math.max(at, this.at));
    const alone = this.#ahead === undefined;
    const ahead = this.#fork();
    try {
      return again(() => ahead.decide(document));
    } catch (thrown) {
      if (alone) this.drop();
      throw thrown;
    }
  }

  /** A decision was confirmed. Where it is the first guess, that one has landed and the rest stands. */
  landed(text: string): void {
    const first = this.#queue.entries.find((entry) => !entry.landed);
    if (first === undefined) return;
    if (this.#cause === "" && first.guess?.text === text) first.landed = true;
    else this.again("moved");
  }

  /** The guesses no longer stand; moved: because the server has other decisions, or takes one of them away. */
  again(cause: "again" | "moved"): void {
    if (this.#cause !== "moved") this.#cause = cause;
  }

  /** Makes the guesses again where they no longer stand. */
  remake(): void {
    const cause = this.#cause;
    if (cause === "") return;
    this.drop();
    this.#cause = "";
    let at = this.#confirmed.at;
    for (const entry of this.#queue.entries) {
      if (entry.landed) continue;
      const was = entry.guess;
      entry.guess = entry.error = undefined;
      try {
        const ahead = this.#fork();
        const after = Math.max(entry.at, at); // all before it, whatever this machine's clock said
        entry.guess = again(() => ahead.decide(documentOf(entry, after)));
        entry.at = at = after;
      } catch (thrown) {
        entry.error = thrown instanceof HoldfastError ? thrown : new HoldfastError(codes.answer, String(thrown), { cause: thrown });
      }
      if (was !== undefined && cause === "moved") this.#changed(entry, was);
    }
  }

  /** Forgets the session that runs ahead. */
  drop(): void {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    try {
      ahead?.close();
    } catch {
      // The module trapped; it is gone either way.
    }
  }

  #fork(): Session {
    return (this.#ahead ??= again(() => this.#confirmed.bundle.restore(this.#confirmed.session.snapshot())));
  }
}

/** Returns a proposal as the module takes it. */
export function documentOf({ action, actor, args, reasons }: Proposed, at: number): string {
  return encode({ action, actor, args, at, reasons }) as string;
}
