// This file defines FollowedDesk: a session of the server, by a replica of it. Every decision that the server
// has recorded is decided again here, by the same module, and the bytes are compared. A decision is shown
// once the server has it, never before.

import { computed, signal } from "@preact/signals";
import { HoldfastError, type Decision, type Engine, type Session } from "@holdfast/web";
import { connect, replicaCodes, type Pending, type Replica, type ReplicaValue } from "@holdfast/web/replica";
import type { Api } from "../server/api.js";
import { troubleOf } from "../parts/trouble.js";
import { Desk, type Draft } from "./desk.js";

/** The longest pause before an absent server is asked again, in milliseconds. */
const longest = 8_000;

export class FollowedDesk extends Desk {
  override readonly local = false;
  override readonly origin = "";
  readonly #value = signal<Pick<ReplicaValue, "status" | "reason">>({ status: "live", reason: undefined });
  override readonly stopped = computed(() => {
    const { status, reason } = this.#value.value;
    return status === "stopped" ? troubleOf(reason) : undefined;
  });
  override readonly away = computed(() => this.#value.value.status === "offline");
  readonly #replica: Replica;

  /** Reads a session's log and follows it; throws what `connect` throws. */
  static async open(engine: Engine, api: Api, id: string): Promise<FollowedDesk> {
    const replica = await connect(engine, location.origin, id, {
      actor: { kind: "studio" }, // each proposal names its own
      optimistic: false,
      storage: null, // a proposal is the tab's that made it, and ends with it
      verify: "full",
      pace: { longest },
      ...(api.token === "" ? {} : { token: () => api.token }),
    });
    try {
      const desk = new FollowedDesk(engine, replica, id, await api.bundle(replica.bundle.digest));
      await desk.#follow();
      return desk;
    } catch (thrown) {
      replica.close();
      throw thrown;
    }
  }

  private constructor(engine: Engine, replica: Replica, id: string, text: string) {
    super({ id, bundle: replica.bundle, text, digest: (text) => engine.digest(text) });
    this.#replica = replica;
  }

  override close(): void {
    super.close();
    this.#replica.close();
  }

  protected override get now(): Replica {
    return this.#replica;
  }

  protected override begin(): Session {
    return this.bundle.open(this.id);
  }

  protected override async decide(draft: Draft): Promise<Decision> {
    const pending = this.#replica.propose(draft);
    const { outcome, decision, error } = await pending.settled;
    if (decision !== undefined) {
      this.#take(decision);
      return decision;
    }
    throw outcome === "open" ? unknown(error) : explained(error, pending);
  }

  async #follow(): Promise<void> {
    const arrived: Decision[] = [];
    let take = (decision: Decision): unknown => arrived.push(decision);
    this.#replica.on("confirmed", (decision) => take(decision));
    const before: Decision[] = [];
    for await (const decision of this.#replica.history()) before.push(decision);
    this.add(before.reverse(), "same"); // at once: one by one each would be a new list
    take = (decision) => this.#take(decision);
    arrived.forEach(take);
    this.#replica.subscribe(({ status, reason }) => (this.#value.value = { status, reason }));
  }

  /** Takes a confirmed decision; one may be told of twice, as news and as an answer. */
  #take(decision: Decision): void {
    if (decision.seq === this.log.peek().length + 1) this.add([decision], "same");
  }
}

/** What a proposal ends with that the replica has not sent, for a person. */
function explained(error: HoldfastError, { shown, guess }: Pending): HoldfastError {
  if (error.code !== replicaCodes.conflict) return error;
  const now = guess === undefined ? "is no proposal any more" : `gets “${guess.verdict}” now`;
  return new HoldfastError(
    error.code,
    `Another client's decision was recorded first. What would have got “${shown}” ${now}, so it was not sent. ` +
      "Look at what changed, and propose again.",
  );
}

function unknown(error: HoldfastError): HoldfastError {
  return new HoldfastError(
    error.code,
    "This page stopped following the server before it had an answer, so it does not know whether the proposal was " +
      "recorded.",
  );
}
