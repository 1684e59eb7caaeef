// This file defines Desk: one session on the table, its log, and the moment one looks at.
//
// A session of the server is followed as a replica: every decision that the server wrote is
// decided again here, by the same module, and the bytes are compared. The decision is shown
// once the server has it, never before. A local session is decided here alone.
//
//	log     1 ─ 2 ─ 3 ─ 4 ─ 5      live: after 5
//	at              ▲              the past: after 3, decided again from the beginning

import { computed, signal } from "@preact/signals";
import {
  HoldfastError,
  type Bundle,
  type DecisionDocument,
  type Engine,
  type ProposalDocument,
  type Session,
  type View,
} from "@holdfast/web";
import { Problem, told, type Api, type Draft } from "../server/api.js";
import { reasonsOf } from "../bundle/form.js";
import { inOrder, type Document, type Info } from "../bundle/info.js";
import { machinesOf, type Machine } from "./machine.js";

/** Whether the browser and the server came to the same bytes; `local` where there is no server to compare with. */
export type Parity = "same" | "differs" | "local";

/** A recorded decision. */
export interface Entry {
  /** Its bytes, as text. */
  readonly text: string;
  readonly decision: DecisionDocument;
  /** SHA-256 of its bytes: what the next one names as `prev`. */
  readonly digest: string;
  readonly parity: Parity;
}

/** What is asked about: the session at a moment. */
export interface Moment {
  readonly session: Session;
  readonly view: View;
  /** True where it is not what stands now. */
  readonly past: boolean;
  /** Changes with everything that may change an answer. */
  readonly version: number;
}

export interface DeskOptions {
  readonly engine: Engine;
  readonly document: string;
  readonly id: string;
  /** Left out for a local session. */
  readonly api?: Api;
  /** A snapshot and log to go on from, in a local session. */
  readonly from?: { readonly snapshot: Uint8Array; readonly log: readonly Entry[] };
  /** What a local session is of, in words. */
  readonly origin?: string;
}

/** Asks again where the module died: the next call starts another, and brings the session back in it. */
export function steady<T>(question: () => T): T {
  try {
    return question();
  } catch (thrown) {
    if (thrown instanceof HoldfastError && thrown.code === "engine/trap") return question();
    throw thrown;
  }
}

export class Desk {
  readonly id: string;
  readonly info: Info;
  readonly document: Document;
  readonly text: string;
  readonly local: boolean;
  readonly origin: string;
  readonly log = signal<readonly Entry[]>([]);
  /** How many decisions one looks back to; undefined is now. */
  readonly at = signal<number | undefined>(undefined);
  readonly connected = signal(true);
  /** What went wrong last, until it is dismissed. */
  readonly trouble = signal<{ code: string; say: string } | undefined>(undefined);
  /** What came of the last proposal made here, for a moment. */
  readonly last = signal<Entry | undefined>(undefined);
  readonly busy = signal(false);
  readonly actor = signal<{ kind: string; id: string }>({ kind: "", id: "" });
  readonly reasons = signal("request");
  /** What is filled in, by action. */
  readonly forms = signal<Readonly<Record<string, Readonly<Record<string, unknown>>>>>({});
  readonly #engine: Engine;
  readonly #api: Api | undefined;
  readonly #bundle: Bundle;
  readonly #begin: Uint8Array | undefined;
  readonly #before: number;
  readonly #stop = new AbortController();
  #session: Session;
  #ahead = 0;
  #past: { seq: number; session: Session } | undefined;
  readonly #version = signal(0);
  readonly machines: readonly Machine[];

  /** What is looked at, now or in the past. */
  readonly moment = computed<Moment>(() => {
    const version = this.#version.value;
    const at = this.at.value;
    const session = at === undefined ? this.#session : this.#rebuild(at);
    return {
      session,
      view: steady(() => session.view()),
      past: at !== undefined,
      version: version * 100_000 + (at ?? 99_999),
    };
  });

  /** Whether nobody can do anything any more: a correct outcome. */
  readonly halted = computed<boolean>(() => {
    const { session, past, view } = this.moment.value;
    try {
      return steady(
        () =>
          session.admissible({
            actor: this.actor.value,
            at: past ? view.at : this.now(),
            reasons: reasonsOf(this.reasons.value),
          }).halted,
      );
    } catch {
      return false;
    }
  });

  constructor(options: DeskOptions) {
    const { engine, document, id, api, from } = options;
    this.#engine = engine;
    this.#api = api;
    this.#bundle = engine.bundle(document);
    this.text = document;
    this.document = JSON.parse(document) as Document;
    this.info = inOrder(this.#bundle.info as unknown as Info, this.document);
    this.id = id;
    this.local = api === undefined;
    this.origin = options.origin ?? "";
    this.#begin = from?.snapshot;
    this.#before = from?.log.length ?? 0;
    this.machines = machinesOf(this.info, this.document, this.#bundle);
    this.#session = this.#open();
    if (from !== undefined) this.log.value = from.log;
    const kind = this.info.agents[0]?.name ?? "";
    this.actor.value = { kind, id: kind };
  }

  /** Reads the log of a server's session, and stays connected to it. */
  async follow(): Promise<void> {
    const api = this.#api!;
    const texts = await api.decisions(this.id);
    const log: Entry[] = [];
    try {
      for (const text of texts) {
        this.#session.replay(text);
        log.push(this.#entry(text, "same"));
      }
    } catch {
      // The first that came out differently is looked at below.
    }
    this.log.value = log; // at once: one by one each would be a new list
    for (const text of texts.slice(log.length)) await this.#absorb(text);
    void api
      .listen(
        this.id,
        () => this.log.value.length,
        (text) => void this.#absorb(text),
        (on) => (this.connected.value = on),
        this.#stop.signal,
      )
      .catch((thrown) => this.#fail(thrown));
  }

  /** The time a proposal would be made. */
  now(): number {
    return Math.max(Date.now() + this.#ahead, this.moment.value.view.at);
  }

  /** Lets time pass in a local session: so much since its last decision. */
  advance(millis: number): void {
    if (this.local) this.#ahead = (this.moment.value.view.at || Date.now()) + millis - Date.now();
  }

  /** Proposes, and returns the recorded decision; undefined, and trouble, where nothing was recorded. */
  async propose(draft: Draft): Promise<Entry | undefined> {
    if (this.at.value !== undefined || this.busy.value) return undefined;
    this.busy.value = true;
    this.trouble.value = undefined;
    try {
      if (this.#api === undefined) {
        const decision = this.#session.decide({ ...draft, at: this.now() } as ProposalDocument);
        this.#add(decision.text, "local");
      } else {
        await this.#absorb(await this.#api.propose(this.id, draft, this.log.value.length));
      }
      const last = (this.last.value = this.log.value.at(-1));
      setTimeout(() => this.last.value === last && (this.last.value = undefined), 5000);
      return last;
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.code === "session/stale") {
        await this.#catchUp();
        this.trouble.value = {
          code: thrown.code,
          say: "Somebody else's decision was recorded first, so nothing was proposed. Look at what changed, and propose again.",
        };
      } else this.#fail(thrown);
      return undefined;
    } finally {
      this.busy.value = false;
    }
  }

  /** Returns what a local session needs to go on from the moment one looks at. */
  branch(): { snapshot: Uint8Array; log: readonly Entry[] } {
    const { session, view } = this.moment.value;
    return { snapshot: session.snapshot(), log: this.log.value.slice(0, view.seq) };
  }

  /** Looks at the session as it was after n decisions; undefined is now. */
  travel(n: number | undefined): void {
    this.at.value = n === undefined || n >= this.log.value.length ? undefined : Math.max(n, this.#before);
  }

  /** How far back one can look. */
  get earliest(): number {
    return this.#before;
  }

  fill(action: string, name: string, value: unknown): void {
    this.forms.value = { ...this.forms.value, [action]: { ...this.forms.value[action], [name]: value } };
  }

  fillAll(action: string, args: Readonly<Record<string, unknown>>): void {
    this.forms.value = { ...this.forms.value, [action]: { ...this.forms.value[action], ...args } };
  }

  act(kind: string, id = kind): void {
    this.actor.value = { kind, id };
  }

  close(): void {
    this.#stop.abort();
    this.#past?.session.close();
    this.#session.close();
    this.#bundle.close();
  }

  #fail(thrown: unknown): void {
    this.trouble.value = told(thrown);
  }

  #open(): Session {
    return this.#begin === undefined ? this.#bundle.open(this.id) : this.#bundle.restore(this.#begin);
  }

  /** Decides the log again up to a decision. */
  #rebuild(seq: number): Session {
    if (this.#past?.seq === seq) return this.#past.session;
    this.#past?.session.close();
    const session = this.#open();
    for (const entry of this.log.value.slice(this.#before, seq)) session.replay(entry.text);
    this.#past = { seq, session };
    return session;
  }

  /** Takes a decision the server wrote: decides it again here and compares the bytes. */
  async #absorb(text: string): Promise<void> {
    const { seq } = JSON.parse(text) as DecisionDocument;
    const heard = this.log.value[seq - 1];
    if (heard !== undefined) {
      // Told twice, as an answer and as an event. A server that tells two different things is not to be believed.
      if (heard.text !== text) {
        this.log.value = this.log.value.with(seq - 1, { ...heard, parity: "differs" });
        this.trouble.value = {
          code: "replay/differs",
          say: `The server told decision ${seq} in two versions, and only one of them came out the same here. That one is shown.`,
        };
      }
      return;
    }
    if (seq > this.log.value.length + 1) return this.#catchUp();
    try {
      this.#session.replay(text);
      this.#add(text, "same");
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError) || thrown.code !== "replay/differs") throw thrown;
      this.#add(text, "differs");
      this.trouble.value = {
        code: thrown.code,
        say: `Decision ${seq} came out differently here than on the server. The server's is shown; past moments from here on cannot be looked at.`,
      };
      // The server is followed. What it says cannot be decided again here, so its snapshot is all there is.
      const snapshot = await this.#api!.snapshot(this.id);
      this.#session.close();
      this.#session = this.#bundle.restore(snapshot);
      this.#version.value++;
    }
  }

  async #catchUp(): Promise<void> {
    for (const text of await this.#api!.decisions(this.id, this.log.value.length + 1)) await this.#absorb(text);
  }

  #entry(text: string, parity: Parity): Entry {
    return { text, decision: JSON.parse(text) as DecisionDocument, digest: this.#engine.digest(text), parity };
  }

  #add(text: string, parity: Parity): void {
    this.log.value = [...this.log.value, this.#entry(text, parity)];
    this.#version.value++;
  }
}
