// This file defines connect and Replica: a session that is on a server, decided here
// as well, and shown without waiting.
//
//	 the server's log      1 ── 2 ── 3 ── 4 ─────────────► 5 ── …   events, answers
//	                                      │                │
//	 confirmed             1 ── 2 ── 3 ── 4                ▼        each decided again,
//	 (never a guess)                      │        the same bytes?  byte for byte
//	                                      │                │
//	 ahead                                └── g5 ── g6 ── g7        guesses
//	 (what is shown)                          ▲     ▲     ▲
//	                                          │     │     │
//	 queue, in storage                        p5    p6    p7        one is sent at a time
//
// A proposal is decided at once, on a copy of the confirmed session that runs ahead: a
// guess. It waits in the queue until the server has answered it, in whichever way:
//
//	the log gets g5's very bytes      confirmed; g6 and g7 stay as they are
//	the log gets another decision     ahead is dropped, p5 to p7 are decided again on top of
//	                                  what is confirmed now; listeners are told (conflict)
//	no answer                         the same request again, with the same key: one decision
//	refused                           p5 is out and is told of; p6 and p7 are decided again
//
// What is sent is what was shown: the request says which seq the guess was made on, so
// the server either records those very bytes or says what was missed. A proposal that
// by then would get another verdict than the one that was shown is not sent any more but
// reported (replica/conflict): that was not agreed to.
//
// Nothing moves the confirmed session but decisions of the server that come to the same
// bytes here. One that does not (altered bytes, another chain, a log that has
// lost decisions) ends the replica: replica/differs. What was confirmed before stays to be read,
// no gate allows anything any more, and waiting proposals stay in the storage.

import type { Actor, Admissible, BundleInfo, Path, Question, View } from "../contract/documents.js";
import type { Bundle } from "../module/bundle.js";
import { Confirmed, type StartOptions } from "./confirmed.js";
import type { Decision } from "../documents/decision.js";
import type { ActionOf, ActorOf, ArgsOf, AskOptions, Declared, Rest, Undeclared } from "../documents/declared.js";
import { expirerOf, hostId } from "../module/due.js";
import { encode } from "../documents/encode.js";
import type { Engine } from "../module/engine.js";
import { HoldfastError, codes, tell } from "../documents/errors.js";
import { Follower, type Pace, type Status } from "./follow.js";
import type { Gate, TextGate } from "../gates/gate.js";
import { Gates, type Gated, type Watched } from "../gates/gates.js";
import { Guesses, documentOf } from "./guesses.js";
import {
  Queue,
  localQueue,
  nameOf,
  newKey,
  type Entry,
  type Owner,
  type Pending,
  type QueueStorage,
  type Settled,
} from "./queue.js";
import { replicaCodes } from "./problem.js";
import { Remote, type RemoteOptions } from "./remote.js";
import { Sender } from "./sender.js";
import type { Session } from "../module/session.js";
import { Tabs, lockOf, type Message } from "./tabs.js";
import type { Watch } from "../module/watch.js";

/** The longest that a timer can wait, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** How to connect. Only the actor is needed. */
export interface ConnectOptions<B extends Declared = Undeclared> extends RemoteOptions, Omit<StartOptions, "bundle"> {
  /** Who proposes, and who the gates ask for. With tokens, it is who the token says. */
  readonly actor: ActorOf<B>;
  /**
   * The bundle, or the digest of the only one that is accepted. Left out, the server says which; with keys, one of them
   * must have signed it.
   */
  readonly bundle?: Bundle<B> | string | undefined;
  /** Where waiting proposals are kept: localStorage when left out, memory alone for null. */
  readonly storage?: QueueStorage | null | undefined;
  /** How many proposals may wait; 256 when left out. */
  readonly most?: number | undefined;
  /** False: the state and the gates show what is confirmed, without the guesses. */
  readonly optimistic?: boolean | undefined;
  readonly pace?: Partial<Pace> | undefined;
}

/** What is proposed. What a gate's proposal() gives will do; its time is set anew. */
export type Intent<B extends Declared = Undeclared> = {
  [A in ActionOf<B>]: {
    readonly action: A;
    readonly args?: ArgsOf<B, A>;
    /** The replica's own when left out. */
    readonly actor?: ActorOf<B>;
    /** `["request"]` when left out. */
    readonly reasons?: readonly string[];
    readonly at?: number;
  };
}[ActionOf<B>];

/** A replica at one moment. It does not change; until something does, it is the same object. */
export interface ReplicaValue {
  readonly status: Status;
  /** Why it is offline or stopped. */
  readonly reason: HoldfastError | undefined;
  /** The last confirmed decision: how many there are, and its digest. */
  readonly head: { readonly seq: number; readonly digest: string };
  /** What the server has not answered yet. */
  readonly pending: readonly Pending[];
}

/** What may be listened to. */
export interface ReplicaEvents {
  /** A decision is confirmed; each is told once, in order. */
  confirmed: Decision;
  /**
   * The server has moved on under a guess. now is what the proposal gets on the new state; undefined where it cannot be
   * decided any more.
   */
  conflict: { readonly pending: Pending; readonly was: Decision; readonly now: Decision | undefined };
  /** The server has recorded a proposal with other bytes than the guess, as at another time. They were verified. */
  mismatch: { readonly pending: Pending; readonly guess: Decision | undefined; readonly decision: Decision };
  /** A proposal has come to its end; those of closed tabs and pages are only told of here. */
  settled: Settled & { readonly pending: Pending };
  /** The storage does not keep what waits. */
  storage: HoldfastError;
}

/**
 * Connects to a session of a server; resolves when it has caught up with the server.
 * Throws what keeps it from that: replica/unreachable, replica/differs, replica/bundle, signature/…,
 * or the server's own code, as session/unknown.
 */
export async function connect<B extends Declared = Undeclared>(
  engine: Engine,
  url: string | URL,
  session: string,
  options: ConnectOptions<B>,
): Promise<Replica<B>> {
  const remote = new Remote(url, options);
  const confirmed = await Confirmed.start(engine, remote, session, {
    ...options,
    bundle: options.bundle as Bundle | string | undefined,
  });
  const replica = new Replica<B>(confirmed, options);
  await replica.begin();
  return replica;
}

/** A server's session, here. It has the shape of a Session but for decide, whose place propose takes. */
export class Replica<B extends Declared = Undeclared> implements Gated {
  readonly #confirmed: Confirmed;
  readonly #follower: Follower;
  readonly #queue: Queue;
  readonly #guesses: Guesses;
  readonly #tabs: Tabs;
  readonly #sender: Sender;
  readonly #most: number;
  readonly #optimistic: boolean;
  readonly #gates: Gates;

  #closed = false;

  readonly #onstorage = ({ key }: { key?: string | null }): void => {
    if (key === null || (key !== undefined && this.#queue.has(key))) this.#reload();
  };

  readonly #changing = new Set<() => void>();
  readonly #subscribers = new Set<(value: ReplicaValue) => void>();
  readonly #listeners = new Map<keyof ReplicaEvents, Set<(event: never) => void>>();
  #value: ReplicaValue | undefined;
  #reminder: ReturnType<typeof setTimeout> | undefined;
  #telling = false;

  /** @internal */
  constructor(confirmed: Confirmed, options: ConnectOptions<B>) {
    this.#confirmed = confirmed;
    this.#most = options.most ?? 256;
    this.#optimistic = options.optimistic !== false;
    this.#gates = new Gates(this, options.actor);
    this.#follower = new Follower(
      confirmed,
      { confirmed: (decision, text, heard) => this.#took(decision, text, heard), moved: () => this.#moved() },
      options.pace,
    );
    const storage = options.storage === undefined ? localQueue() : (options.storage ?? undefined);
    const base =
      typeof location === "undefined"
        ? confirmed.remote.url
        : new URL(confirmed.remote.url, location.href).href.replace(/\/+$/, "");
    const { kind, id = kind } = options.actor;
    // Another user's proposals are not this one's to send.
    const owner: Owner = { server: base, session: confirmed.id, actor: { kind, id } };
    this.#queue = new Queue(storage, owner, (error) => this.#tell("storage", error));
    this.#guesses = new Guesses(confirmed, this.#queue, (pending, was) =>
      this.#tell("conflict", { pending, was, now: pending.guess }),
    );
    const parts = { confirmed, follower: this.#follower, queue: this.#queue, guesses: this.#guesses };
    this.#sender = new Sender(parts, lockOf(storage), nameOf("lease", owner), {
      turn: () => this.#reload(),
      settle: (entry, settled, text) => this.#settle(entry, settled, text),
      mismatch: (pending, guess, decision) => this.#tell("mismatch", { pending, guess, decision }),
    });
    this.#tabs = new Tabs(nameOf("tabs", { server: base, session: confirmed.id }), (message) => this.#heard(message));
  }

  /** Reads the log and begins to follow it. @internal */
  async begin(): Promise<void> {
    try {
      await this.#follower.catchUp();
    } catch (thrown) {
      this.close();
      throw thrown;
    }
    this.#tabs.open();
    if (typeof addEventListener === "function") addEventListener("storage", this.#onstorage);
    this.#confirmed.session.onchange(() => {
      try {
        this.#confirmed.engine.digest("");
      } catch (thrown) {
        if (thrown instanceof HoldfastError && thrown.code === codes.closed) this.#follower.stop(thrown);
      }
    });
    this.#reload();
    this.#follower.start();
  }

  /** The bundle that the session is of. */
  get bundle(): Bundle<B> {
    return this.#confirmed.bundle as unknown as Bundle<B>;
  }

  get status(): Status {
    return this.#follower.status;
  }

  /** Why it is offline or stopped. */
  get reason(): HoldfastError | undefined {
    return this.#follower.reason;
  }

  /** The last confirmed decision. */
  get head(): ReplicaValue["head"] {
    return this.value.head;
  }

  /** What the server has not answered yet, in order. */
  get pending(): readonly Pending[] {
    return this.value.pending;
  }

  /** All of these at one moment. */
  get value(): ReplicaValue {
    if (this.#value === undefined) {
      if (this.status !== "stopped") this.#guesses.remake();
      const { seq, head: digest } = this.#confirmed;
      const { status, reason } = this.#follower;
      this.#value = { status, reason, head: { seq, digest }, pending: [...this.#queue.entries] };
    }
    return this.#value;
  }

  /**
   * Calls fn with the value, and again when it is another one, until the function it returns is called: Svelte's store
   * contract.
   */
  subscribe(fn: (value: ReplicaValue) => void): () => void {
    const mine = (value: ReplicaValue): void => fn(value);
    this.#subscribers.add(mine);
    mine(this.value);
    return () => void this.#subscribers.delete(mine);
  }

  /** Calls fn for every event of a kind, until the function it returns is called. */
  on<E extends keyof ReplicaEvents>(event: E, fn: (event: ReplicaEvents[E]) => void): () => void {
    let all = this.#listeners.get(event);
    if (all === undefined) this.#listeners.set(event, (all = new Set()));
    const mine = (said: ReplicaEvents[E]): void => fn(said);
    all.add(mine as (event: never) => void);
    return () => void all.delete(mine as (event: never) => void);
  }

  /**
   * Proposes: decides at once, here, and has the server decide. What is returned has the
   * guess, and settled with what came of it. Throws what decide throws for what is no proposal,
   * replica/full, or the reason where the replica has stopped; then nothing waits.
   */
  propose(intent: Intent<B>): Pending {
    if (this.status === "stopped") throw this.reason!;
    if (this.#queue.entries.length >= this.#most)
      throw new HoldfastError(
        replicaCodes.full,
        `${this.#most} proposals wait for the server; no more are taken until it answers`,
      );
    const who = intent.actor ?? this.actor;
    if (who === undefined)
      throw new HoldfastError(codes.actor, "it is not known who proposes: set the replica's `actor`");
    const actor: Actor = { kind: who.kind, id: who.id ?? who.kind };
    if (actor.id === hostId && actor.kind === expirerOf(this.bundle.info))
      throw new HoldfastError(codes.actor, `as ${actor.kind} with the id ${hostId} the server alone proposes`);
    const { action, args, reasons } = JSON.parse(
      encode({ action: intent.action, args: intent.args ?? {}, reasons: intent.reasons ?? ["request"] }) as string,
    ) as Pick<Entry, "action" | "args" | "reasons">;
    const item = {
      key: newKey(),
      action,
      actor,
      args,
      reasons,
      at: Math.max(this.#confirmed.remote.clock.now(), this.#guesses.at),
    };
    const guess = this.#guesses.make(item, item.at);
    const entry = this.#queue.add({ ...item, shown: guess.verdict }, guess);
    this.#tabs.tell({ type: "queue" });
    this.#changed();
    void this.#sender.drain();
    return entry;
  }

  /** Yields all confirmed decisions, the last one first; older ones are fetched, and proven by the chain of digests. */
  history(): AsyncGenerator<Decision> {
    return this.#confirmed.history();
  }

  /** The state of the moment: what is confirmed, and the guesses on top. Stopped, it is what was confirmed. */
  view(): View<B["state"]> {
    return (this.status === "stopped" ? this.#confirmed.session : this.#shown()).view() as View<B["state"]>;
  }

  /** The state without any guess. */
  confirmed(): View<B["state"]> {
    return this.#confirmed.session.view() as View<B["state"]>;
  }

  /** Returns the decision a proposal would get now, as far as is known here. */
  why(intent: Intent<B>): Decision {
    const { action, args = {}, reasons = ["request"], actor = this.actor } = intent as Intent;
    const session = this.#asked();
    const at = Math.max(this.#confirmed.remote.clock.now(), this.#guesses.at);
    return session.why(
      documentOf({ action, args, reasons, actor: { kind: actor?.kind ?? "", id: actor?.id ?? actor?.kind ?? "" } }, at),
    );
  }

  /** See Session.admissible. */
  admissible(question: Question): Admissible {
    return this.#asked().admissible(question);
  }

  /** See Session.path. */
  path(proposal: string | Parameters<Session["path"]>[0]): Path {
    return this.#asked().path(proposal);
  }

  /** What the session's bundle declares. */
  get info(): BundleInfo {
    return this.#confirmed.bundle.info;
  }

  get gates(): Gates {
    return this.#gates;
  }

  /** Who proposes and who gates ask for, where no other is named. */
  get actor(): ActorOf<B> | undefined {
    return this.#gates.actor as ActorOf<B> | undefined;
  }

  set actor(actor: ActorOf<B> | undefined) {
    this.#gates.actor = actor;
  }

  /** See Session.gate. While the replica is stopped, or has come back and not caught up, it is not allowed. */
  gate<A extends ActionOf<B>>(action: A, ...rest: Rest<B, A>): Gate {
    return this.#gates.gate(action, ...(rest as [object?, AskOptions?]));
  }

  /** See Session.can. */
  can<A extends ActionOf<B>>(action: A, ...rest: Rest<B, A>): boolean {
    return this.#gates.can(action, ...(rest as [object?, AskOptions?]));
  }

  /** See Session.text. */
  text<A extends ActionOf<B>>(
    action: A,
    args: Partial<ArgsOf<B, A>>,
    name: keyof ArgsOf<B, A> & string,
    options?: AskOptions<B>,
  ): TextGate {
    return this.#gates.text(action, args, name, options as AskOptions | undefined);
  }

  onchange(fn: () => void): () => void {
    this.#changing.add(fn);
    return () => void this.#changing.delete(fn);
  }

  /** Keeps proposals to be asked about, on whichever session is shown at the time. */
  watch(proposals: readonly string[]): Watched {
    let of: Session | undefined;
    let watch: Watch | undefined;
    const close = (): void => {
      try {
        watch?.close();
      } catch {
        // It went with its session.
      }
      watch = of = undefined;
    };
    return {
      answers: (atMillis) => {
        const session = this.#asked();
        if (session !== of) {
          close();
          watch = session.watch(proposals);
          of = session;
        }
        return watch!.answers(atMillis + this.#confirmed.remote.clock.ahead);
      },
      close,
    };
  }

  /** Ends it. What waits in the storage is sent when the session is next connected. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#follower.stop(new HoldfastError(replicaCodes.closed, "this replica is closed"));
    this.#confirmed.close();
  }

  /** The session to ask, or why there is none. */
  #asked(): Session {
    if (this.status === "stopped") throw this.reason!;
    if (this.#follower.stale)
      throw new HoldfastError(replicaCodes.stale, "the page was put away and does not know yet what it missed");
    return this.#shown();
  }

  #shown(): Session {
    return this.#optimistic ? this.#guesses.session : this.#confirmed.session;
  }

  #took(decision: Decision, text: string, heard: boolean): void {
    this.#guesses.confirmed(text);
    if (heard) this.#tabs.tell({ type: "decision", text });
    this.#tell("confirmed", decision);
    this.#changed();
  }

  #moved(): void {
    const { status, away } = this.#follower;
    if (status !== "live" || away) this.#sender.abort();
    if (status === "stopped") {
      this.#tabs.close();
      if (typeof removeEventListener === "function") removeEventListener("storage", this.#onstorage);
      this.#guesses.drop();
      const error = this.reason!;
      for (const entry of this.#queue.entries) if (!entry.done) this.#end(entry, { outcome: "open", error });
    } else if (away) this.#tabs.close();
    else {
      this.#tabs.open();
      if (status === "offline") this.#follower.wake(); // who waits to send again is told when it is live
      if (status === "live") this.#reload();
    }
    this.#changed();
  }

  // A tab that has anything to send waits for its turn, so that a tab that is closed leaves nothing behind.
  #reload(): void {
    if (this.#queue.reload((entry, error) => this.#settle(entry, { outcome: "refused", error }))) {
      this.#guesses.outdate("changed");
      this.#changed();
    }
    void this.#sender.drain();
  }

  #settle(entry: Entry, settled: Settled, text?: string): void {
    if (entry.done) return;
    const { error } = settled;
    if (error === undefined) this.#queue.remove(entry);
    else this.#queue.refuse(entry, error);
    if (entry.inLog && this.#queue.entries.length === 0) this.#guesses.outdate("changed");
    else if (!entry.inLog) this.#guesses.outdate(error === undefined ? "changed" : "moved");
    this.#tabs.tell(text === undefined ? { type: "queue" } : { type: "settled", key: entry.key, text });
    this.#end(entry, settled);
    this.#changed();
  }

  #end(entry: Entry, settled: Settled): void {
    entry.settle(settled);
    this.#tell("settled", { ...settled, pending: entry });
  }

  #heard(message: Message): void {
    if (this.status === "stopped") return;
    // Another tab may be wrong, or of another version: the server is asked.
    const ask = (): void => this.#follower.check();
    if (message.type === "decision") return void this.#follower.take(message.text, false).catch(ask);
    const entry = message.type === "settled" ? this.#queue.entries.find(({ key }) => key === message.key) : undefined;
    if (message.type !== "settled" || entry?.own !== true) return this.#reload();
    void this.#sender.answered(entry, message.text, entry.guess).catch(ask);
  }

  #changed(): void {
    this.#value = undefined;
    for (const fn of this.#changing) tell(fn);
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      const { value } = this; // also without a subscriber: what comes next is compared with the guesses
      this.#remind();
      for (const fn of [...this.#subscribers]) tell(() => fn(value));
    });
  }

  // What waits for an owner can be confirmed until a time, and what is shown is another then.
  #remind(): void {
    clearTimeout(this.#reminder);
    if (this.status === "stopped") return;
    const now = this.#confirmed.remote.clock.now();
    let next = Infinity;
    try {
      for (const { expires } of this.#shown().head().holds) if (expires > now && expires < next) next = expires;
    } catch {
      return; // the module trapped; the next change asks again
    }
    if (next < Infinity) this.#reminder = setTimeout(() => this.#changed(), Math.min(next - now, longestTimer));
  }

  #tell<E extends keyof ReplicaEvents>(event: E, said: ReplicaEvents[E]): void {
    queueMicrotask(() => {
      for (const fn of [...(this.#listeners.get(event) ?? [])])
        tell(() => (fn as (event: ReplicaEvents[E]) => void)(said));
    });
  }
}
