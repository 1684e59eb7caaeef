// This file defines Guesses: the waiting proposals, decided on a copy of the confirmed
// session that runs ahead of it.
//
//	confirmed  … 4         … 4 ── 5            … 4 ── x
//	                \                 \                  \
//	ahead            g5 ── g6          g6                 g5' ── g6'
//
//	               5 is g5, byte for byte:   x is another: both are made
//	               g6 stays as it is         again, and the listeners hear of it
//
// Before all of them comes what the server is going to do by itself: it expires what waits there and is
// due, as an agent that the bundle names. That is shown, and never sent.

import { read, retrying, type Confirmed } from "./confirmed.js";
import type { Decision } from "../documents/decision.js";
import { expire, expirerOf, hostId } from "../module/due.js";
import { encode } from "../documents/encode.js";
import { HoldfastError, codes } from "../documents/errors.js";
import type { Entry, Queue } from "./queue.js";
import type { Session } from "../module/session.js";

/** What is decided: a proposal without its time. */
export type Proposed = Pick<Entry, "action" | "actor" | "args" | "reasons">;

/** Decides what waits. */
export class Guesses {
  readonly #confirmed: Confirmed;
  readonly #queue: Queue;
  readonly #changed: (entry: Entry, was: Decision) => void;
  #ahead: Session | undefined; // undefined where nothing is guessed
  #cause: "" | "changed" | "moved" = "";
  #expired = 0;
  #start = 0; // when the first guess is made at the earliest
  #forkedAt = -Infinity;
  #due = Infinity;
  #lookedAt = -1; // the seq that #due is of

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

  /** How many decisions the server is expected to make by itself before the first guess. */
  get expired(): number {
    return this.#expired;
  }

  /** The time of the last decision or guess; none after it may be earlier. */
  get at(): number {
    this.remake();
    const start = Math.max(this.#confirmed.at, this.#start);
    return this.#queue.entries.reduce((at, { guess, inLog }) => (inLog ? at : (guess?.document.at ?? at)), start);
  }

  /** Guesses what a new proposal gets after all that wait. Throws what decide throws. */
  make(proposed: Proposed, at: number): Decision {
    const document = documentOf(proposed, Math.max(at, this.at));
    const alone = this.#ahead === undefined;
    const ahead = this.#fork();
    try {
      return retrying(() => ahead.decide(document));
    } catch (thrown) {
      if (alone) this.drop();
      throw thrown;
    }
  }

  /** A decision was confirmed. Where it is the first guess, that one is in the log and the rest stays. */
  confirmed(text: string): void {
    const first = this.#queue.entries.find((entry) => !entry.inLog);
    if (first === undefined && this.#ahead === undefined) return;
    if (this.#cause === "" && first?.guess?.text === text) first.inLog = true;
    else this.outdate(first === undefined || this.#isExpected(text) ? "changed" : "moved");
  }

  /** The guesses no longer hold; moved: because the server has other decisions, or takes one of them away. */
  outdate(cause: "changed" | "moved"): void {
    if (this.#cause !== "moved") this.#cause = cause;
  }

  /** Makes the guesses again where they no longer hold. */
  remake(): void {
    if (this.#isDue()) this.outdate("changed");
    const cause = this.#cause;
    if (cause === "") return;
    this.drop();
    this.#cause = "";
    let at = this.#confirmed.at;
    for (const entry of this.#queue.entries) {
      if (entry.inLog) continue;
      const was = entry.guess;
      entry.guess = entry.error = undefined;
      try {
        const ahead = this.#fork();
        const after = Math.max(entry.at, at, this.#start); // all before it, whatever this machine's clock said
        entry.guess = retrying(() => ahead.decide(documentOf(entry, after)));
        entry.at = at = after;
      } catch (thrown) {
        entry.error =
          thrown instanceof HoldfastError ? thrown : new HoldfastError(codes.answer, String(thrown), { cause: thrown });
      }
      if (was !== undefined && cause === "moved") this.#changed(entry, was);
    }
    if (this.#isDue()) this.#fork();
  }

  /** Forgets the session that runs ahead. */
  drop(): void {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    this.#expired = this.#start = 0;
    this.#forkedAt = -Infinity;
    this.#lookedAt = -1;
    try {
      ahead?.close();
    } catch {
      // The module trapped; it is gone either way.
    }
  }

  #fork(): Session {
    if (this.#ahead !== undefined) return this.#ahead;
    const { bundle, session, seq, remote } = this.#confirmed;
    const ahead = (this.#ahead = retrying(() => bundle.restore(session.snapshot())));
    this.#forkedAt = remote.clock.now();
    this.#lookedAt = -1;
    const expirer = expirerOf(bundle.info);
    if (expirer === undefined) return ahead;
    retrying(() => expire(ahead, expirer, this.#forkedAt));
    const head = ahead.head();
    this.#expired = head.seq - seq;
    this.#start = head.at;
    return ahead;
  }

  // Says whether something is due that is shown as waiting still. What could not be ended once is not tried again.
  #isDue(): boolean {
    const { bundle, session, seq, remote } = this.#confirmed;
    if (expirerOf(bundle.info) === undefined) return false;
    if (this.#lookedAt !== seq) {
      this.#lookedAt = seq;
      const { holds } = retrying(() => session.head());
      this.#due = Math.min(...holds.map(({ expires }) => (expires > this.#forkedAt ? expires : Infinity)));
    }
    return this.#due <= remote.clock.now();
  }

  // Says whether a decision is the server's own end of something that was due here, too.
  #isExpected(text: string): boolean {
    const { action, actor } = read(text);
    const kind = expirerOf(this.#confirmed.bundle.info);
    return this.#expired > 0 && action === "expire" && actor.id === hostId && actor.kind === kind;
  }
}

/** Returns a proposal as the module takes it. */
export function documentOf({ action, actor, args, reasons }: Proposed, at: number): string {
  return encode({ action, actor, args, at, reasons }) as string;
}
