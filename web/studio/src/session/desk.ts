// This file defines Desk: one session, its log, and the moment that is shown.
//
//	log     1 ─ 2 ─ 3 ─ 4 ─ 5      now: after 5
//	at              ▲              the past: after 3, decided again from the beginning
//
// A LocalDesk decides alone, in this page. A FollowedDesk has a session of the server.

import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import { HoldfastError, codes } from "@holdfast/web";
import type { Actor, Bundle, Decision, DecisionDocument, ProposalDocument, Session, View } from "@holdfast/web";
import { reasonsOf } from "../bundle/form.js";
import { inOrder } from "../bundle/order.js";
import type { Document } from "../bundle/document.js";
import type { Info } from "../bundle/info.js";
import { troubleOf, type Trouble } from "../parts/trouble.js";
import { machinesOf, type Machine } from "./machine.js";

/** A proposal without its time: the desk knows that. */
export type Draft = Omit<ProposalDocument, "at">;

/** Where a decision was made: here and on the server, to the same bytes, or in this page only. */
export type Parity = "same" | "local";

/** A recorded decision. */
export interface Entry {
  /** Its bytes, as text. */
  readonly text: string;
  readonly decision: DecisionDocument;
  /** SHA-256 of its bytes: what the next one names as `prev`. */
  readonly digest: string;
  readonly parity: Parity;
}

/** What can be asked, and changes nothing: a session, or a replica of one. */
export interface Asked extends Pick<Session, "admissible" | "path" | "view"> {
  why(proposal: ProposalDocument): Decision;
}

/** What is shown: the session at a moment. Another moment is another object. */
export interface Moment {
  readonly session: Asked;
  readonly view: View;
  /** Is it earlier than now? */
  readonly past: boolean;
  /** May anything be proposed here? */
  readonly open: boolean;
}

/** What a desk is made of. */
export interface DeskOptions {
  readonly id: string;
  readonly bundle: Bundle;
  /** The bundle's document. */
  readonly text: string;
  /** Returns the digest of a decision's text. */
  readonly digest: (text: string) => string;
  /** The decisions that led to where the session begins here. */
  readonly log?: readonly Entry[] | undefined;
}

/** Asks again where the module died: the next call starts another, and brings the session back in it. */
export function retryAfterTrap<T>(question: () => T): T {
  try {
    return question();
  } catch (thrown) {
    if (thrown instanceof HoldfastError && thrown.code === codes.trap) return question();
    throw thrown;
  }
}

/** How long it is said what came of the last proposal, in milliseconds. */
const saidFor = 5000;

export abstract class Desk {
  readonly id: string;
  readonly info: Info;
  readonly document: Document;
  readonly text: string;
  readonly machines: readonly Machine[];
  readonly log = signal<readonly Entry[]>([]);
  /** The page can look back to after this many decisions. */
  readonly earliest: number;
  /** How many decisions the moment shown is after; undefined is now. */
  readonly at = signal<number | undefined>(undefined);
  /** What went wrong last, until it is dismissed. */
  readonly trouble = signal<Trouble | undefined>(undefined);
  /** What came of the last proposal made here, for a moment. */
  readonly last = signal<Entry | undefined>(undefined);
  /** What was proposed here and has no answer yet. */
  readonly waiting = signal<Draft | undefined>(undefined);
  readonly actor = signal<Actor>({ kind: "", id: "" });
  readonly reasons = signal("request");
  /** What is filled in, by action. */
  readonly forms = signal<Readonly<Record<string, Readonly<Record<string, unknown>>>>>({});
  readonly busy = computed(() => this.waiting.value !== undefined);

  /** Is it decided in this page only? */
  abstract readonly local: boolean;
  /** What a local session is of, in words. */
  abstract readonly origin: string;
  /** Why nothing more is taken from the server; undefined while it is followed. */
  abstract readonly stopped: ReadonlySignal<Trouble | undefined>;
  /** Is the server away? */
  abstract readonly away: ReadonlySignal<boolean>;

  protected readonly bundle: Bundle;
  readonly #digest: (text: string) => string;
  readonly #changes = signal(0);
  #past: { seq: number; session: Session } | undefined;

  /** What is shown, now or in the past. */
  readonly moment = computed<Moment>(() => {
    void this.#changes.value;
    const at = this.at.value;
    const stopped = this.stopped.value !== undefined;
    // A replica that has stopped answers nothing; what it had confirmed is decided again.
    const session = at === undefined && !stopped ? this.now : this.#rebuild(at ?? this.log.value.length);
    return {
      session,
      view: retryAfterTrap(() => session.view()),
      past: at !== undefined,
      open: at === undefined && !stopped,
    };
  });

  /** True where no agent can do anything any more: a correct outcome. */
  readonly halted = computed<boolean>(() => {
    const { session } = this.moment.value;
    const question = { actor: this.actor.value, at: this.time(), reasons: reasonsOf(this.reasons.value) };
    try {
      return retryAfterTrap(() => session.admissible(question).halted);
    } catch {
      return false;
    }
  });

  constructor({ id, bundle, text, digest, log = [] }: DeskOptions) {
    this.id = id;
    this.bundle = bundle;
    this.text = text;
    this.#digest = digest;
    this.document = JSON.parse(text) as Document;
    this.info = inOrder(bundle.info as Info, this.document);
    this.machines = machinesOf(this.info, this.document, bundle);
    this.log.value = log;
    this.earliest = log.length;
    const kind = this.info.agents[0]?.name ?? "";
    this.actor.value = { kind, id: kind };
  }

  /** Ends the session here and frees what the module holds of it. */
  close(): void {
    this.#past?.session.close();
    this.#past = undefined;
  }

  /** The session as it is now. */
  protected abstract readonly now: Asked;

  /** Begins the session anew, so that its log can be decided again. */
  protected abstract begin(): Session;

  /** Has a proposal decided, and returns what was recorded. Throws where nothing was. */
  protected abstract decide(draft: Draft): Promise<Decision>;

  /** The time of what is asked: of the moment in the past, or of a proposal that would be made now. */
  time(): number {
    const { past, view } = this.moment.value;
    return past ? view.at : Math.max(this.clock(), view.at);
  }

  /** What the clock says, in milliseconds. */
  protected clock(): number {
    return Date.now();
  }

  /** Proposes, and returns the recorded decision; undefined, and trouble, where nothing was recorded. */
  async propose(draft: Draft): Promise<Entry | undefined> {
    if (!this.moment.value.open || this.busy.value) return undefined;
    this.waiting.value = draft;
    this.trouble.value = undefined;
    try {
      const { seq } = await this.decide(draft);
      const last = (this.last.value = this.log.value[seq - 1]);
      setTimeout(() => this.last.value === last && (this.last.value = undefined), saidFor);
      return last;
    } catch (thrown) {
      this.trouble.value = troubleOf(thrown);
      return undefined;
    } finally {
      this.waiting.value = undefined;
    }
  }

  /** Shows the session as it was after n decisions; undefined is now. */
  travel(n: number | undefined): void {
    this.at.value = n === undefined || n >= this.log.value.length ? undefined : Math.max(n, this.earliest);
  }

  /** Returns what a local session needs to go on from the moment in the past that is shown. */
  branch(): { snapshot: Uint8Array; log: readonly Entry[] } {
    const { seq } = this.moment.value.view;
    return { snapshot: this.#rebuild(seq).snapshot(), log: this.log.value.slice(0, seq) };
  }

  fill(action: string, name: string, value: unknown): void {
    this.fillAll(action, { [name]: value });
  }

  fillAll(action: string, args: Readonly<Record<string, unknown>>): void {
    this.forms.value = { ...this.forms.value, [action]: { ...this.forms.value[action], ...args } };
  }

  act(kind: string, id = kind): void {
    this.actor.value = { kind, id };
  }

  /** Adds decisions to the log. */
  protected add(decisions: readonly Decision[], parity: Parity): void {
    const added = decisions.map(({ text, document }) => ({
      text,
      decision: document,
      digest: this.#digest(text),
      parity,
    }));
    batch(() => {
      this.log.value = [...this.log.value, ...added];
      this.#changes.value++;
    });
  }

  /** Decides the log again up to a decision. */
  #rebuild(seq: number): Session {
    if (this.#past?.seq === seq) return this.#past.session;
    this.#past?.session.close();
    const session = this.begin();
    for (const entry of this.log.peek().slice(this.earliest, seq)) session.replay(entry.text);
    this.#past = { seq, session };
    return session;
  }
}
