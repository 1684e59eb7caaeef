// This file defines Watch: proposals that the module has read once and answers
// about in every state, all in one call.

import { Op } from "../contract/abi.js";
import { encode } from "../documents/encode.js";
import { Held, type Host } from "./held.js";
import type { Instance } from "./instance.js";

const decoder = new TextDecoder();

/** Proposals kept in the module. Get one from Session.watch. */
export class Watch extends Held {
  readonly #session: Held;
  readonly #lines: string;
  readonly #at = new DataView(new ArrayBuffer(8));

  /** lines are proposals as JSON without a line break. @internal */
  constructor(host: Host, session: Held, lines: readonly string[]) {
    super(host, "watch");
    this.#session = session;
    this.#lines = lines.join("\n");
    this.handle(host.live());
  }

  /**
   * Returns a line for each proposal: `[verdict,[violation…],[advice…]]`, or
   * `{"error":…}` where it is not a proposal; an empty line is the one of the call before. Nothing is recorded.
   * atMillis is the time at which they would be proposed; where the session's own is later, it is that.
   */
  answers(atMillis: number): string[] {
    this.#session.check();
    this.#at.setBigInt64(0, BigInt(Math.trunc(atMillis)), true);
    return decoder.decode(this.call(Op.Answers, new Uint8Array(this.#at.buffer))).split("\n");
  }

  protected override build(instance: Instance): number {
    instance.call(Op.Watch, this.#session.handle(instance), encode(this.#lines));
    return instance.opened;
  }
}
