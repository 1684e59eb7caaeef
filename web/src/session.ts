// This file defines Session: a bundle's state, and what may be asked of it.
//
// A session outlives a trap. It keeps where it began (its id or a snapshot) and
// what it recorded since; in a fresh instance the same proposals give the same
// bytes, so deciding them again brings it back. Now and then a snapshot takes
// the place of both, so that what is kept stays small however long it lives.

import { Op } from "./abi.js";
import type { Admissible, Path, Question, View } from "./answers.js";
import { Decision, type ProposalDocument } from "./decision.js";
import { encode, encodeCopy } from "./encode.js";
import { HoldfastError, codes } from "./errors.js";
import { Held, type Host } from "./held.js";
import { parse, type Instance } from "./instance.js";

/** How many records are kept before a snapshot replaces them: making as many again takes some milliseconds. */
const maxSince = 256;

/** An operation that recorded a decision, and its input. */
type Recorded = readonly [op: typeof Op.Decide | typeof Op.Replay, input: string | Uint8Array];

/** Where a session begins: the operation and its input. */
export type Origin = readonly [op: typeof Op.Open | typeof Op.Restore, input: string | Uint8Array];

/** A proposal, as an object or as JSON; text and bytes reach the module untouched. */
export type Proposal = ProposalDocument | string | Uint8Array;

/**
 * A bundle plus state, logs, parked proposals and a sequence number. Nothing
 * but decide changes it. Get one from Bundle.open or Bundle.restore.
 */
export class Session extends Held {
  readonly #bundle: Held;
  #origin: Origin;
  #since: Recorded[] = [];
  #last: Uint8Array | undefined;

  /** @internal */
  constructor(host: Host, bundle: Held, origin: Origin) {
    super(host, "session");
    this.#bundle = bundle;
    this.#origin = origin;
    this.handle(host.live());
  }

  /**
   * Decides a proposal and records the decision, whatever its verdict. Throws,
   * having recorded nothing, when the input is no proposal (the module's code) or
   * the module trapped (engine/trap).
   */
  decide(proposal: Proposal): Decision {
    return new Decision(this.#record(Op.Decide, encodeCopy(proposal)));
  }

  /** Returns the decision a proposal would get, unrecorded. */
  why(proposal: Proposal): Decision {
    return new Decision(this.call(Op.Why, encode(proposal)));
  }

  /** Returns every action of the bundle, for every choice of its bool and enum arguments, with the verdict it would get. */
  admissible(question: Question): Admissible {
    return parse(this.call(Op.Admissible, encode(question))) as Admissible;
  }

  /** Returns the shortest way to where a proposal would commit, or that there is none. */
  path(proposal: Proposal): Path {
    return parse(this.call(Op.Path, encode(proposal))) as Path;
  }

  /** Returns the session as canonical bytes that Bundle.restore takes, here or on any other host. */
  snapshot(): Uint8Array<ArrayBuffer> {
    const bytes = this.call(Op.Snapshot);
    this.#origin = [Op.Restore, bytes.slice()];
    this.#since = [];
    this.#last = undefined;
    return bytes;
  }

  /** Returns the state, derived values and parked proposals, for showing. */
  view(): View {
    return parse(this.call(Op.View)) as View;
  }

  /**
   * Decides a recorded decision's proposal again and records the decision, if
   * it comes to the same bytes. Where it does not, throws replay/differs with the
   * offset of the first byte, and the session stays as it was.
   */
  replay(decision: Decision | string | Uint8Array): Decision {
    return new Decision(this.#record(Op.Replay, encodeCopy(decision instanceof Decision ? decision.bytes : decision)));
  }

  protected override build(instance: Instance): number {
    const [op, input] = this.#origin;
    const handle = this.#bundle.borrow(instance, (bundle) => {
      instance.call(op, bundle, input);
      return instance.opened;
    });
    let last: Uint8Array | undefined;
    for (const [op, input] of this.#since) last = instance.call(op, handle, input);
    if (last !== undefined && !equal(last, this.#last)) {
      instance.call(Op.Close, handle);
      throw new HoldfastError(codes.rebuild, "after a trap this session could not be brought back to the bytes it had; restore it from a snapshot or the log");
    }
    return handle;
  }

  #record(...recorded: Recorded): Uint8Array<ArrayBuffer> {
    if (this.#since.length >= maxSince) this.snapshot();
    const bytes = this.call(...recorded);
    this.#since.push(recorded);
    this.#last = bytes.slice();
    return bytes;
  }
}

function equal(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.byteLength === b?.byteLength && a.every((byte, i) => byte === b[i]);
}
