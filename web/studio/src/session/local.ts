// This file defines LocalDesk: a session that is decided in this page only, of an edited bundle, of a
// scenario, or from a moment of another session.

import { signal } from "@preact/signals";
import type { Decision, Engine, Session } from "@holdfast/web";
import { Desk, type Draft, type Entry } from "./desk.js";

export interface LocalOptions {
  readonly engine: Engine;
  /** The bundle's document. */
  readonly document: string;
  readonly id: string;
  /** What it is of, in words. */
  readonly origin: string;
  /** What it goes on from: a snapshot, and the log that led there. */
  readonly from?: { readonly snapshot: Uint8Array; readonly log: readonly Entry[] };
}

export class LocalDesk extends Desk {
  override readonly local = true;
  override readonly origin: string;
  override readonly stopped = signal(undefined);
  override readonly away = signal(false);
  protected override readonly now: Session;
  readonly #start: Uint8Array | undefined;
  #ahead = 0;

  constructor({ engine, document: text, id, origin, from }: LocalOptions) {
    super({ id, bundle: engine.bundle(text), text, digest: (text) => engine.digest(text), log: from?.log });
    this.origin = origin;
    this.#start = from?.snapshot;
    this.now = this.begin();
  }

  /** Lets time pass: so much since the last decision, in milliseconds. */
  advance(millis: number): void {
    this.#ahead = (this.moment.value.view.at || Date.now()) + millis - Date.now();
  }

  override close(): void {
    super.close();
    this.now.close();
    this.bundle.close();
  }

  protected override begin(): Session {
    return this.#start === undefined ? this.bundle.open(this.id) : this.bundle.restore(this.#start);
  }

  protected override clock(): number {
    return Date.now() + this.#ahead;
  }

  protected override async decide(draft: Draft): Promise<Decision> {
    const decision = this.now.decide({ ...draft, at: this.time() });
    this.add([decision], "local");
    return decision;
  }
}
