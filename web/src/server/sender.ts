// This file defines Sender, which sends what waits to the server, one proposal at a time, and finds out what became
// of it.
//
//	sent ──┬── a decision: it is in the log, verified                                 settled
//	       ├── stale: others were faster; guessed again, and sent if the verdict stays  ─► sent
//	       ├── refused for itself                                                     settled
//	       └── no answer: it may be recorded. The same key is asked for until that is known

import type { Code } from "../contract/codes.js";
import type { Decision } from "../documents/decision.js";
import { encode } from "../documents/encode.js";
import { HoldfastError } from "../documents/errors.js";
import { decisionOf, differs, read, retrying, type Confirmed } from "./confirmed.js";
import { lost, type Follower } from "./follow.js";
import { documentOf, type Guesses } from "./guesses.js";
import type { Lock } from "./lease.js";
import { Problem, passing, replicaCodes, unreachable } from "./problem.js";
import type { Entry, Queue, Settled } from "./queue.js";

/** How far a guess's time may be from the server's when it is sent, in milliseconds; the server takes a minute. */
const fresh = 20_000;

/** Who is told of what becomes of proposals. */
export interface Sending {
  /** It is this tab's turn to send. */
  turn(): void;
  /** A proposal has come to its end; text is its decision. */
  settle(entry: Entry, settled: Settled, text?: string): void;
  /** A proposal was recorded with other bytes than its guess. */
  mismatch(entry: Entry, guess: Decision | undefined, decision: Decision): void;
}

/** Sends what waits. */
export class Sender {
  readonly #confirmed: Confirmed;
  readonly #follower: Follower;
  readonly #queue: Queue;
  readonly #guesses: Guesses;
  readonly #lock: Lock;
  readonly #lease: string;
  readonly #told: Sending;
  #tries = 0;
  #draining = false;
  #sending: AbortController | undefined;

  /** lease is the name under which one tab at a time sends. */
  constructor(
    {
      confirmed,
      follower,
      queue,
      guesses,
    }: { confirmed: Confirmed; follower: Follower; queue: Queue; guesses: Guesses },
    lock: Lock,
    lease: string,
    told: Sending,
  ) {
    this.#confirmed = confirmed;
    this.#follower = follower;
    this.#queue = queue;
    this.#guesses = guesses;
    this.#lock = lock;
    this.#lease = lease;
    this.#told = told;
  }

  /** Ends what is under way: what becomes of it is asked when it is drained again. */
  abort(): void {
    this.#sending?.abort();
  }

  /** Sends what waits, one after the other, unless another tab does. */
  async drain(): Promise<void> {
    if (this.#draining || this.#follower.status !== "live" || this.#queue.entries.length === 0) return;
    this.#draining = true;
    const control = (this.#sending = new AbortController());
    try {
      await this.#lock(this.#lease, control.signal, async (held) => {
        this.#told.turn();
        const next = (): Entry | undefined =>
          this.#follower.status === "live" && !control.signal.aborted && held() ? this.#queue.entries[0] : undefined;
        for (let entry; (entry = next()) !== undefined;) await this.#send(entry, control);
      });
    } catch (thrown) {
      await this.#failed(unreachable(thrown));
    }
    this.#draining = false;
    void this.drain(); // there may be more by now
  }

  // Something failed while sending. What may pass is tried again.
  async #failed(error: HoldfastError): Promise<void> {
    if (!passing(error)) return this.#follower.stop(error);
    if (!(error instanceof Problem)) this.#follower.check(); // no answer: is the server there?
    await this.#follower.pause(this.#tries++, error);
  }

  async #send(entry: Entry, outer: AbortController): Promise<void> {
    const { remote } = this.#confirmed;
    if (entry.unsure) return this.#lookUp(entry, outer);
    if (!entry.inLog && entry.guess !== undefined && Math.abs(entry.guess.document.at - remote.clock.now()) > fresh)
      this.#restamp(entry);
    this.#guesses.remake();
    if (entry.error !== undefined) return this.#told.settle(entry, { outcome: "refused", error: entry.error });
    const guess = entry.guess!;
    if (!entry.inLog && guess.verdict !== entry.shown)
      return this.#told.settle(entry, {
        outcome: "refused",
        error: new HoldfastError(
          replicaCodes.conflict,
          `when it was proposed it would ${entry.shown}, and on the server's newer state it would ${guess.verdict}: ` +
            "it was not sent",
        ),
      });
    entry.unsure = true;
    this.#queue.update(entry);
    // What the server expires by itself is not sent, and has a time of its own: the server says how many there are.
    const seq = guess.seq - 1 - (entry.inLog ? 0 : this.#guesses.expired);
    await this.#ask(entry, seq, entry.untimed ? undefined : guess.document.at, outer);
  }

  // Asks what became of a proposal that may have been recorded: the key finds it, and
  // otherwise a session that has decisions takes nothing that was proposed before the first.
  async #lookUp(entry: Entry, outer: AbortController): Promise<void> {
    if (this.#confirmed.seq === 0) await this.#follower.catchUp();
    if (this.#confirmed.seq === 0) entry.unsure = false;
    else await this.#ask(entry, 0, undefined, outer);
  }

  async #ask(entry: Entry, seq: number, at: number | undefined, outer: AbortController): Promise<void> {
    const { remote, id } = this.#confirmed;
    const { action, actor, args, reasons, guess } = entry;
    const had = this.#confirmed.seq;
    const body = encode({ action, actor, args, reasons, seq, ...(at === undefined ? {} : { at }) }) as string;
    // A request of its own, so that a time limit ends this one alone.
    const control = new AbortController();
    const abort = (): void => control.abort();
    outer.signal.addEventListener("abort", abort);
    let text: string;
    try {
      text = await remote.propose(id, body, entry.key, control);
    } catch (thrown) {
      if (!entry.done && !outer.signal.aborted) await this.#refused(entry, { seq, at, had }, unreachable(thrown));
      return;
    } finally {
      outer.signal.removeEventListener("abort", abort);
    }
    this.#tries = 0;
    await this.answered(entry, text, guess);
  }

  // had is how many decisions the server had told of when it was asked; what was asked with may be a guess.
  async #refused(
    entry: Entry,
    asked: { seq: number; at: number | undefined; had: number },
    error: HoldfastError,
  ): Promise<void> {
    const { seq, at, had } = asked;
    const { code } = error;
    // A page by something else than the server: it may pass, but must not keep others waiting for ever.
    const odd =
      error instanceof Problem && code === replicaCodes.answer && error.status < 500 && ++entry.refusedByOthers > 5;
    if (passing(error) && !odd) return this.#failed(error);
    // It was recorded, with another time: still unsure, it is looked up.
    if (code === ("proposal/key" satisfies Code) && at !== undefined) return;
    // The server has looked for the key first: nothing was recorded, nor can what is still under way be.
    entry.unsure = false;
    if (error instanceof Problem && code === ("session/stale" satisfies Code)) {
      const has = error.seq ?? had;
      if (has < had) throw lost(had, error.seq);
      if (has < seq) this.#guesses.outdate("changed"); // the guess was on top of one that is not recorded
      if (entry.inLog) this.#guesses.outdate("moved"); // another's, to the byte
      entry.inLog = false;
      await this.#follower.until(has);
    } else if (code === ("proposal/skew" satisfies Code) && !entry.untimed) {
      // The answer's Date has told the time; where a page may not read it, the server sets it.
      entry.untimed = ++entry.skewed > 2;
      this.#restamp(entry);
    } else if (
      (error instanceof Problem && error.status === 401) ||
      /^(session\/|bundle\/|auth\/session|http\/(origin|path|method))/.test(code)
    ) {
      entry.unsure = true;
      throw error; // it is not about this proposal
    } else this.#told.settle(entry, { outcome: "refused", error });
  }

  #restamp(entry: Entry): void {
    const now = Math.max(this.#confirmed.remote.clock.now(), this.#confirmed.at);
    for (const other of this.#queue.entries) {
      // What waits was proposed by now, and a later time is that of a clock that was set back.
      if (other !== entry && (other.inLog || other.at <= now)) continue;
      other.at = now;
      this.#queue.update(other);
    }
    this.#guesses.outdate("changed");
  }

  /** Takes the decision that is said to be a proposal's. Throws replica/differs where it is not. */
  async answered(entry: Entry, text: string, guess: Decision | undefined): Promise<void> {
    const { engine } = this.#confirmed;
    const said = read(text);
    const proposal = this.#confirmed.digest(retrying(() => engine.complete(documentOf(entry, said.at), said.at)));
    if (said.proposal !== proposal)
      throw differs(`the server answers with a decision on another proposal (${said.seq})`);
    await this.#follower.take(text);
    if (!(await this.#confirmed.has(text)))
      throw differs(`the server answers with a decision ${said.seq} that is not in its log`);
    if (entry.done) return;
    const decision = decisionOf(text);
    const same = guess?.text === text;
    this.#told.settle(entry, { outcome: "confirmed", decision, same }, text);
    if (!same) this.#told.mismatch(entry, guess, decision);
  }
}
