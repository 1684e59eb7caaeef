// This file defines Session: a bundle's state, and what may be asked of it.
//
// A session outlives a trap: see recovery.ts.

import type { Admissible, BundleInfo, Head, Path, ProposalDocument, Question, View } from "../contract/documents.js";
import { Op } from "../contract/abi.js";
import { Decision } from "../documents/decision.js";
import type {
  ActionOf,
  ActorOf,
  ArgsOf,
  AskOptions,
  Declared,
  ProposalOf,
  Rest,
  Undeclared,
} from "../documents/declared.js";
import { expire, expirerOf } from "./due.js";
import { encode, encodeCopy, misfit } from "../documents/encode.js";
import { HoldfastError, tell } from "../documents/errors.js";
import type { Gate, TextGate } from "../gates/gate.js";
import { Gates } from "../gates/gates.js";
import { Held, type Host } from "./held.js";
import { parse, type Instance } from "./instance.js";
import { Recovery, type Origin, type Recorded } from "./recovery.js";
import { Watch } from "./watch.js";

/** A proposal, as an object or as JSON; text and bytes reach the module untouched. */
export type Proposal<B extends Declared = Undeclared> =
  (Undeclared extends B ? ProposalDocument : ProposalOf<B>) | string | Uint8Array;

/** What a session begins with; everything may be left out. */
export interface SessionOptions<B extends Declared = Undeclared> {
  /** Who the gates ask for; see Session.actor. */
  readonly actor?: ActorOf<B>;
}

/**
 * A bundle plus state, logs, parked proposals and a sequence number. Nothing
 * but decide changes it. Get one from Bundle.open or Bundle.restore.
 */
export class Session<B extends Declared = Undeclared> extends Held {
  readonly #bundle: Held & { readonly info: BundleInfo };
  readonly #listeners = new Set<() => void>();
  readonly #gates: Gates;
  readonly #engineCloses = (): void => this.#changed();
  readonly #recovery: Recovery;

  /** @internal */
  constructor(
    host: Host,
    bundle: Held & { readonly info: BundleInfo },
    origin: Origin,
    options: SessionOptions<B> = {},
  ) {
    super(host, "session");
    this.#bundle = bundle;
    this.#recovery = new Recovery(origin);
    this.handle(host.live());
    this.#gates = new Gates(this, options.actor);
  }

  /** The gates, for a binding that needs all of them at once. */
  get gates(): Gates {
    return this.#gates;
  }

  /** What the session's bundle declares. */
  get info(): BundleInfo {
    return this.#bundle.info;
  }

  /** Who gates and can() ask for when they are not told. Setting it asks anew. */
  get actor(): ActorOf<B> | undefined {
    return this.#gates.actor as ActorOf<B> | undefined;
  }

  set actor(actor: ActorOf<B> | undefined) {
    this.#gates.actor = actor;
  }

  /**
   * Returns the live answer to whether an action could be proposed now. The same
   * question gives the same object. Never throws: what cannot be asked is refused, and `error` says why.
   */
  gate<A extends ActionOf<B>>(action: A, ...rest: Rest<B, A>): Gate {
    return this.#gates.gate(action, ...(rest as [object?, AskOptions?]));
  }

  /** Says whether an action could be proposed now; false for everything that is not a sure yes. */
  can<A extends ActionOf<B>>(action: A, ...rest: Rest<B, A>): boolean {
    return this.#gates.can(action, ...(rest as [object?, AskOptions?]));
  }

  /** Like gate, for an action with one argument that is being typed: set `text` as it changes. */
  text<A extends ActionOf<B>>(
    action: A,
    args: Partial<ArgsOf<B, A>>,
    name: keyof ArgsOf<B, A> & string,
    options?: AskOptions<B>,
  ): TextGate {
    return this.#gates.text(action, args, name, options as AskOptions | undefined);
  }

  /** Calls fn after everything that may change an answer, until the function it returns is called. */
  onchange(fn: () => void): () => void {
    this.#listeners.add(fn);
    this.host.closing.add(this.#engineCloses);
    return () => void this.#listeners.delete(fn);
  }

  /** Keeps proposals, each JSON without a line break, in the module to be asked about in every state. */
  watch(proposals: readonly string[]): Watch {
    return new Watch(this.host, this, proposals);
  }

  /**
   * Decides a proposal and records the decision, whatever its verdict. Throws,
   * having recorded nothing, when the input is no proposal (the module's code) or
   * the module trapped (engine/trap).
   */
  decide(proposal: Proposal<B>): Decision {
    return new Decision(this.#record(Op.Decide, this.#input(proposal, encodeCopy)));
  }

  /**
   * Ends what waits and is due at a time, now when left out, as the agent that the bundle names (`hold.by`), and
   * returns those decisions: what a server does by itself. Where the bundle names no agent it ends nothing; propose
   * `expire` then.
   */
  expire(nowMillis: number = Date.now()): Decision[] {
    return expire(this as Session, expirerOf(this.info), nowMillis);
  }

  /** Returns the decision a proposal would get, unrecorded. */
  why(proposal: Proposal<B>): Decision {
    return new Decision(this.call(Op.Why, this.#input(proposal, encode)));
  }

  /** Returns every action, for every choice of its bool and enum arguments, with the verdict it would get. */
  admissible(question: Question): Admissible {
    return parse(this.call(Op.Admissible, encode(question))) as Admissible;
  }

  /** Returns the shortest way to where a proposal would commit, or that there is none. */
  path(proposal: Proposal<B>): Path {
    return parse(this.call(Op.Path, encode(proposal))) as Path;
  }

  /** Returns the session as canonical bytes that Bundle.restore takes, here or on any other host. */
  snapshot(): Uint8Array<ArrayBuffer> {
    const bytes = this.call(Op.Snapshot);
    this.#recovery.restart(bytes);
    return bytes;
  }

  /** Returns the state, derived values and parked proposals, for showing. */
  view(): View<B["state"]> {
    return parse(this.call(Op.View)) as View<B["state"]>;
  }

  /**
   * Returns where the session is, without its state, which may have megabytes.
   * @internal
   */
  head(): Head {
    return parse(this.call(Op.Head)) as Head;
  }

  /**
   * Decides a recorded decision's proposal again and records the decision, if
   * it comes to the same bytes. Where it does not, throws replay/differs with the
   * offset of the first byte, and the session stays as it was.
   */
  replay(decision: Decision | string | Uint8Array): Decision {
    return new Decision(this.#record(Op.Replay, encodeCopy(decision instanceof Decision ? decision.bytes : decision)));
  }

  override close(): void {
    this.host.closing.delete(this.#engineCloses);
    super.close();
    this.#changed();
  }

  protected override build(instance: Instance): number {
    const { origin, recorded } = this.#recovery;
    const handle = this.#bundle.borrow(instance, (bundle) => {
      instance.call(origin[0], bundle, origin[1]);
      return instance.opened;
    });
    let last: Uint8Array | undefined;
    for (const [op, input] of recorded) last = instance.call(op, handle, input);
    try {
      this.#recovery.check(last);
      return handle;
    } catch (thrown) {
      instance.call(Op.Close, handle);
      throw thrown;
    }
  }

  // A proposal as JSON. What JSON does not hold comes from a form that is not filled in, most often, and is told so.
  #input<T>(proposal: Proposal<B>, write: (proposal: Proposal<B>) => T): T {
    try {
      return write(proposal);
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError) || typeof proposal === "string" || proposal instanceof Uint8Array)
        throw thrown;
      throw misfit(thrown, proposal as ProposalDocument, (asked) => {
        try {
          this.call(Op.Why, encode(asked));
          return undefined;
        } catch (thrown) {
          return thrown instanceof HoldfastError ? thrown : undefined;
        }
      });
    }
  }

  #record(...recorded: Recorded): Uint8Array<ArrayBuffer> {
    if (this.#recovery.full) this.snapshot();
    let bytes;
    try {
      bytes = this.call(...recorded);
    } catch (thrown) {
      // Nothing was recorded, but after a trap it may turn out that the session cannot come back.
      if (thrown instanceof HoldfastError && thrown.code.startsWith("engine/")) this.#changed();
      throw thrown;
    }
    this.#recovery.add(recorded, bytes);
    this.#changed();
    return bytes;
  }

  #changed(): void {
    for (const fn of this.#listeners) tell(fn);
  }
}
