// This file defines Confirmed, the part of a replica that is never a guess: a session
// on which every decision of the server has been decided again, byte for byte.
//
//	genesis ── 1 ── 2 ── … ── k ── k+1 ── … ── head
//	                          │    └── decided again here, each one
//	                          └── snapshot, where the log is not replayed from the beginning
//
// A snapshot from the server is only a start, and is itself looked at: it must have
// the state that decision k names by its digest,
// and its prev must be k's own digest. One that does not is put aside and the log is
// replayed from the beginning, as the server does with snapshots of its own.

import type { DecisionDocument, View } from "../contract/documents.js";
import type { Code } from "../contract/codes.js";
import type { Bundle } from "../module/bundle.js";
import { Decision } from "../documents/decision.js";
import { signature, type Engine } from "../module/engine.js";
import { HoldfastError, codes, messageOf } from "../documents/errors.js";
import { Problem, replicaCodes } from "./problem.js";
import { pathOf, type Remote } from "./remote.js";
import type { Session } from "../module/session.js";

/** How many confirmed decisions are kept to compare with; older ones are proven by the chain. */
const maxRecent = 512;

/** How many decisions a page of history has. */
const pageSize = 128;

/** What a server's session is begun with. */
export interface StartOptions {
  /** The bundle, or the digest of the only one that is accepted; left out, it is the server's word. */
  readonly bundle?: Bundle | string | undefined;
  /** Keys (`NAME+HASH+BASE64`), one of which must have signed the bundle. */
  readonly keys?: readonly string[] | undefined;
  /** "full" replays the log from its beginning, and believes no snapshot. */
  readonly verify?: "snapshot" | "full" | undefined;
}

/** A session as far as the server's decisions have been decided again. */
export class Confirmed {
  readonly id: string;
  readonly engine: Engine;
  readonly remote: Remote;
  readonly bundle: Bundle;
  /** Was the bundle loaded here, and is to be closed here? */
  readonly ownsBundle: boolean;
  #session: Session;
  #seq = 0;
  #at = 0;
  #head: string;
  readonly #genesis: string;
  readonly #recent = new Map<number, string>();

  private constructor(engine: Engine, remote: Remote, id: string, bundle: Bundle, ownsBundle: boolean) {
    this.engine = engine;
    this.remote = remote;
    this.id = id;
    this.bundle = bundle;
    this.ownsBundle = ownsBundle;
    this.#session = bundle.open(id);
    this.#head = this.#genesis = this.#session.head().prev;
  }

  /** Fetches the bundle and a start. What comes after the start is catchUp's. */
  static async start(engine: Engine, remote: Remote, id: string, options: StartOptions): Promise<Confirmed> {
    const snapshot = await remote.text(pathOf(id, "snapshot"), "application/json");
    const said = read(snapshot) as Partial<Pick<View, "digest" | "seq">>;
    const { bundle: wanted } = options;
    const digest = wanted === undefined ? String(said.digest) : typeof wanted === "string" ? wanted : wanted.digest;
    if (said.digest !== digest)
      throw new HoldfastError(
        replicaCodes.bundle,
        `the session is of the bundle ${String(said.digest)}, and this program asks for ${digest}`,
      );
    const path = `/v1/bundles/${encodeURIComponent(digest)}`;
    const owns = typeof wanted !== "object";
    const bundle = owns ? engine.bundle(await remote.text(path, "application/json")) : wanted;
    let confirmed: Confirmed | undefined;
    try {
      if (bundle.digest !== digest) throw differs(`the server's bundle ${digest} has the digest ${bundle.digest}`);
      if (options.keys !== undefined) {
        const note = await remote.text(`${path}/signature`, "text/plain").catch((thrown: unknown) => {
          if (thrown instanceof Problem && thrown.code === ("signature/none" satisfies Code)) return undefined;
          throw thrown;
        });
        const { verifyBundle } = await signature();
        await verifyBundle(bundle.info, note, options.keys);
      }
      confirmed = new Confirmed(engine, remote, id, bundle, owns);
      if (options.verify !== "full" && typeof said.seq === "number" && said.seq > 0)
        await confirmed.#begin(snapshot, said.seq);
      return confirmed;
    } catch (thrown) {
      if (confirmed !== undefined) confirmed.close();
      else if (owns) bundle.close();
      throw thrown;
    }
  }

  /** The session. Only this object decides on it. */
  get session(): Session {
    return this.#session;
  }

  /** How many decisions are confirmed. */
  get seq(): number {
    return this.#seq;
  }

  /** The digest of the last one; of the genesis where there is none. */
  get head(): string {
    return this.#head;
  }

  /** The time of the last one, in milliseconds since 1970. */
  get at(): number {
    return this.#at;
  }

  /**
   * Takes a decision that the server tells of. Returns it where it is the next one and
   * comes to the same bytes here; "known" where it was confirmed before, "gap" where others are
   * missing in between. Throws replica/differs, or engine/… where the module cannot answer.
   */
  take(text: string): Decision | "known" | "gap" {
    const said = read(text);
    const { seq } = said;
    if (!Number.isSafeInteger(seq) || seq < 1) throw differs("the server sends something that is no decision");
    if (seq > this.#seq + 1) return "gap";
    if (seq <= this.#seq) {
      const was = this.#recent.get(seq);
      if (was !== undefined && was !== text) throw differs(`the server tells two different decisions ${seq}`);
      return "known";
    }
    let decision: Decision;
    try {
      decision = retrying(() => this.#session.replay(text));
    } catch (thrown) {
      if (thrown instanceof HoldfastError && thrown.code.startsWith("engine/")) throw thrown;
      throw differs(`decision ${seq} of the server is not what is decided here: ${messageOf(thrown)}`, thrown);
    }
    this.#seq = seq;
    this.#at = said.at;
    this.#head = this.digest(decision.bytes);
    this.#recent.set(seq, text);
    this.#recent.delete(seq - maxRecent);
    return decision;
  }

  /** Says whether a decision is one of those confirmed. It may have to ask the server for those between it and here. */
  async has(text: string): Promise<boolean> {
    const { seq } = read(text);
    const recent = this.#recent.get(seq);
    if (recent !== undefined) return recent === text;
    for await (const decision of this.history()) if (decision.seq <= seq) return decision.text === text;
    return false;
  }

  /** Yields all decisions up to here, the last one first, each proven by the digest that the one after it names. */
  async *history(): AsyncGenerator<Decision> {
    let seq = this.#seq;
    let digest = this.#head;
    let page: string[] = [];
    for (; seq > 0; seq--) {
      let text = this.#recent.get(seq) ?? page.pop();
      if (text === undefined) {
        page = await this.#page(seq);
        text = page.pop() ?? "";
      }
      if (this.digest(text) !== digest)
        throw differs(`decision ${seq} of the server does not lead to the ones that follow it`);
      const decision = decisionOf(text);
      digest = decision.document.prev;
      yield decision;
    }
    if (digest !== this.#genesis) throw differs("the server's first decision is of another session");
  }

  /** Returns the digest of bytes or text. */
  digest(data: string | Uint8Array): string {
    return retrying(() => this.engine.digest(data));
  }

  /** Frees what the module holds of it. */
  close(): void {
    this.#session.close();
    if (this.ownsBundle) this.bundle.close();
  }

  async #page(last: number): Promise<string[]> {
    const from = Math.max(1, last - pageSize + 1);
    const found: string[] = [];
    for await (const lines of this.remote.log(this.id, from, last - from + 1, () => undefined)) found.push(...lines);
    return found;
  }

  // Goes on from a snapshot, if the decision it is said to come from agrees.
  async #begin(snapshot: string, seq: number): Promise<void> {
    const [last = ""] = await this.#page(seq).then((page) => page.slice(-1));
    let session: Session;
    try {
      session = retrying(() => this.bundle.restore(snapshot));
    } catch (thrown) {
      if (thrown instanceof HoldfastError && thrown.code.startsWith("engine/")) throw thrown;
      return;
    }
    const head = session.head();
    const said = last === "" ? undefined : read(last);
    if (
      said === undefined ||
      head.session !== this.id ||
      head.seq !== said.seq ||
      head.at !== said.at ||
      head.prev !== this.digest(last) ||
      head.state !== said.state
    )
      return session.close();
    this.#session.close();
    this.#session = session;
    this.#seq = seq;
    this.#at = head.at;
    this.#head = head.prev;
    this.#recent.set(seq, last);
  }
}

const encoder = new TextEncoder();

/** Returns the decision that a log has as text. */
export function decisionOf(text: string): Decision {
  return new Decision(encoder.encode(text));
}

/** Runs fn, twice where the module traps: the second time in another instance, in which the session comes back. */
export function retrying<T>(fn: () => T): T {
  try {
    return fn();
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError) || thrown.code !== codes.trap) throw thrown;
    return fn();
  }
}

/** Makes the error of a server that cannot be followed. */
export function differs(message: string, cause?: unknown): HoldfastError {
  return new HoldfastError(replicaCodes.differs, `${message}; nothing more is taken from it`, {
    cause,
    ...(cause instanceof HoldfastError ? { offset: cause.offset } : {}),
  });
}

/** Reads what should be a decision. */
export function read(text: string): DecisionDocument {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said === "object" && said !== null) return said as DecisionDocument;
  } catch {
    // It is none.
  }
  throw differs("the server sends something that is no decision");
}
