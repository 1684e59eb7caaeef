// This file defines Gate: the live answer to "could this be proposed now, and if
// not, why not, and what would make it possible".
//
//	            decide ─► session tells ─► gates.epoch grows     (no call into the module)
//	                                          │
//	gate.allowed ─ same epoch? ─ yes ─► a property             (a few nanoseconds)
//	                    │ no
//	                    ▼
//	             gates.answer: one call into the module for all gates that are in use
//	                    │
//	                    ▼ afterwards, once per turn of the event loop
//	             subscribers of the gates whose answer became another
//
// An answer is a line of JSON that the module wrote. It is kept as text and only
// parsed where it differs from the line before, so a gate whose answer stays costs a
// comparison, and `value` stays the same object: what React and its like compare.
//
// A gate fails closed. Whatever goes wrong (a trap, a closed session, an action that is not
// declared, an argument JSON cannot hold) is an answer too: allowed false, verdict
// "error", the error's code as governing.

import type { Advice, ProposalDocument, Span, Verdict, Violation } from "../contract/documents.js";
import { forPeople } from "../documents/decision.js";
import { HoldfastError, codes, tell } from "../documents/errors.js";
import type { How } from "./how.js";

/** A gate's answer at one moment. It does not change; the same answer is the same object. */
export interface GateValue {
  /** True where the proposal would commit, and for nothing else. */
  readonly allowed: boolean;
  /** What it would get; "error" where it cannot be asked. */
  readonly verdict: Verdict | "error";
  /**
   * All that refuses it, in the order in which people want to know it: who may not do it at all, then the governing
   * one, then the rest.
   */
  readonly reasons: readonly Violation[];
  /** The id of what governs, the error's code for "error", "" where nothing refuses it. */
  readonly governing: string;
  /** What to tell a person: what the first of the reasons says. "" where it is allowed. */
  readonly say: string;
  /** Preferences it would leave unmet; they block nothing. */
  readonly advice: readonly Advice[];
  /** Where patterns match in what is proposed, in UTF-16 units, as String.slice takes them; in order, each once. */
  readonly spans: readonly Span[];
  /** Why it cannot be asked, where verdict is "error". */
  readonly error: HoldfastError | undefined;
  /** The way to where it would commit; searched for when first read in a state. */
  readonly how: How;
}

/** What a gate asks. */
export interface Question {
  readonly action: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly actor: { readonly kind: string; readonly id?: string } | undefined;
  readonly reasons: readonly string[] | undefined;
}

/** All gates of one session, as each of them knows them: see Gates. */
export interface GateSet {
  /** Grows with everything that may change an answer. */
  readonly epoch: number;
  /** Asks about a gate, and about all that are in use. */
  answer(gate: Gate): void;
  /** Searches for the way to where a gate's proposal would commit. */
  findHow(gate: Gate, value: GateValue): How;
  /** Hears that a gate's question has become another one. */
  changed(gate: Gate): void;
  /** Hears that a gate has its first subscriber, or has lost its last. */
  subscribed(gate: Gate, on: boolean): void;
  /** Asks everything again. */
  refresh(): void;
  proposalOf(question: Question, atMillis: number): ProposalDocument;
}

/** Who is told of a new answer. */
export type Subscriber = (value: GateValue) => void;

/** A live answer. Get one from Session.gate. */
export class Gate {
  /** What is asked. */
  question: Question;

  /** True since it was last read or subscribed to; the gates ask for those in use. @internal */
  used = false;
  /** When it was last asked by itself, as the gates count. @internal */
  alone = -2;
  readonly #gates: GateSet;
  readonly #subscribers = new Set<Subscriber>();
  #epoch = -1; // the one that #value is of
  #line: string | undefined;
  #value: GateValue = unasked;
  #how: How | undefined;
  #howEpoch = -1;

  /** @internal */
  constructor(gates: GateSet, question: Question) {
    this.#gates = gates;
    this.question = question;
  }

  /** The answer now: the same object until it is another answer. */
  get value(): GateValue {
    if (this.#epoch !== this.#gates.epoch) this.#gates.answer(this);
    this.used = true; // by now: asking all that are kept begins to count anew
    return this.#value;
  }

  /** True where the proposal would commit now. */
  get allowed(): boolean {
    return this.value.allowed;
  }

  get verdict(): Verdict | "error" {
    return this.value.verdict;
  }

  get reasons(): readonly Violation[] {
    return this.value.reasons;
  }

  get governing(): string {
    return this.value.governing;
  }

  get say(): string {
    return this.value.say;
  }

  get error(): HoldfastError | undefined {
    return this.value.error;
  }

  /** What to do first. Searched for when it is read, at most once in a state; in a large bundle it takes a while. */
  get how(): How {
    const { value } = this;
    if (this.#how === undefined || this.#howEpoch !== this.#gates.epoch) {
      this.#how = this.#gates.findHow(this, value);
      this.#howEpoch = this.#gates.epoch;
    }
    return this.#how;
  }

  /**
   * Calls fn with the answer at once, and with every other that follows, until the
   * function it returns is called: Svelte's store contract. Answers that follow
   * each other in one turn of the event loop are told as one.
   */
  subscribe(fn: Subscriber): () => void {
    let last: GateValue | undefined;
    const mine: Subscriber = (value) => {
      if (value !== last) fn((last = value));
    };
    this.#subscribers.add(mine);
    this.#gates.subscribed(this, true);
    mine(this.value);
    return () => {
      this.#subscribers.delete(mine);
      if (this.#subscribers.size === 0) this.#gates.subscribed(this, false);
    };
  }

  /** Asks again, now: for rules that read the time, which passes without any change of state. */
  refresh(): void {
    this.#gates.refresh();
  }

  /** What would be proposed, to be given to decide. Throws gate/actor where it is not known who asks. */
  proposal(atMillis: number = Date.now()): ProposalDocument {
    return this.#gates.proposalOf(this.question, atMillis);
  }

  /** What the module's line says went wrong, if it says that. @internal */
  static errorOf(line: string): HoldfastError | undefined {
    return line.startsWith('{"error":') ? read(undefined, line).error : undefined;
  }

  /** Is there a subscriber? @internal */
  get watched(): boolean {
    return this.#subscribers.size > 0;
  }

  /** Is the answer that of this epoch? @internal */
  answered(epoch: number): boolean {
    return this.#epoch === epoch;
  }

  /** Forgets the answer, so that the next look asks. @internal */
  forget(): void {
    this.#epoch = -1;
  }

  /** Takes the module's line, or "" for the one before; returns whether it is another answer. @internal */
  settle(line: string, epoch: number): boolean {
    // Where the way was read, there may be another one now.
    if (line === "" && this.#line !== undefined) line = this.#line; // as before
    const same = line === this.#line && (this.#how === undefined || this.#value.allowed);
    this.#epoch = epoch;
    if (same) return false;
    this.#line = line;
    this.#how = undefined;
    this.#value = read(this, line);
    return true;
  }

  /** Takes what went wrong; returns whether it is another answer. @internal */
  fail(error: HoldfastError, epoch: number): boolean {
    this.#epoch = epoch;
    this.#line = undefined;
    this.#how = undefined;
    const before = this.#value.error;
    if (before?.code === error.code && before.message === error.message) return false;
    this.#value = failed(this, error);
    return true;
  }

  /** Tells the subscribers. @internal */
  tell(): void {
    for (const subscriber of [...this.#subscribers])
      if (this.#subscribers.has(subscriber)) tell(() => subscriber(this.#value));
  }
}

/** A gate whose question has one argument that changes with every key. Get one from Session.text. */
export class TextGate extends Gate {
  /** The argument's name. */
  readonly name: string;
  readonly #gates: GateSet;

  /** @internal */
  constructor(gates: GateSet, question: Question, name: string) {
    super(gates, { ...question, args: { ...question.args, [name]: "" } });
    this.#gates = gates;
    this.name = name;
  }

  /** The text that is asked about. Setting it asks anew when the answer is next read. */
  get text(): string {
    return this.question.args[this.name] as string;
  }

  set text(text: string) {
    if (text === this.text) return;
    // Half of a surrogate pair is what an input method shows for a moment; it has no UTF-8.
    this.question = { ...this.question, args: { ...this.question.args, [this.name]: text } };
    this.#gates.changed(this);
  }

  /** Where patterns match in the text, as String.slice takes them. */
  get matches(): readonly Span[] {
    const path = `args.${this.name}`;
    return this.value.spans.filter((span) => span.path === path);
  }
}

const nothing: readonly never[] = Object.freeze([]);

/** What a line says. */
type Said = readonly [verdict: Verdict, reasons: readonly Violation[], advice: readonly Advice[]];

/** What the module writes where nothing refuses it and no preference is unmet. */
const commit = '["commit",[],[]]';

/** The beginning of a refusal, with its verdict. */
const refusal = /^\["(hold|rewrite|reject|revert|halt|escalate|stall|freeze)",\[\{/;

/** A GateValue. A refusal's line is parsed when more is asked for than that it is one. */
class Answer implements GateValue {
  readonly allowed: boolean;
  readonly #gate: Gate | undefined;
  #said: Said | string;
  #reasons: readonly Violation[] | undefined;
  #spans: readonly Span[] | undefined;

  /** said is what the line says, or a refusal's line. */
  constructor(
    gate: Gate | undefined,
    readonly verdict: Verdict | "error",
    said: Said | string,
    readonly error: HoldfastError | undefined,
  ) {
    this.#gate = gate;
    this.#said = said;
    this.allowed = verdict === "commit" && error === undefined;
  }

  get reasons(): readonly Violation[] {
    return (this.#reasons ??= forPeople(this.#read()[1]));
  }

  get advice(): readonly Advice[] {
    return this.#read()[2];
  }

  get governing(): string {
    return this.#read()[1][0]?.id ?? "";
  }

  get say(): string {
    return this.reasons[0]?.say ?? "";
  }

  get spans(): readonly Span[] {
    return (this.#spans ??= spansOf(this.reasons));
  }

  get how(): How {
    return this.#gate!.how;
  }

  #read(): Said {
    if (typeof this.#said !== "string") return this.#said;
    let said: Said | undefined;
    try {
      said = JSON.parse(this.#said) as Said;
    } catch {
      // It is none of the lines there are.
    }
    return (this.#said = Array.isArray(said?.[1]) && Array.isArray(said[2]) ? said : refused(unread()));
  }
}

/** Reads the module's line; one that cannot be read is a refusal. */
function read(gate: Gate | undefined, line: string): Answer {
  if (line === commit) return new Answer(gate, "commit", ["commit", nothing, nothing], undefined);
  const verdict = refusal.exec(line)?.[1] as Verdict | undefined;
  if (verdict !== undefined) return new Answer(gate, verdict, line, undefined);
  try {
    const said = JSON.parse(line) as Said | { error: { code: string; message: string; path: string } };
    if ("error" in said)
      return failed(gate, new HoldfastError(said.error.code, said.error.message, { path: said.error.path }));
    const [verdict, reasons, advice] = said;
    if (verdict === "commit" && reasons.length === 0 && Array.isArray(advice))
      return new Answer(gate, verdict, said, undefined);
  } catch {
    // It is none of the lines there are.
  }
  return failed(gate, unread());
}

function failed(gate: Gate | undefined, error: HoldfastError): Answer {
  return new Answer(gate, "error", refused(error), error);
}

/** What went wrong, as a line would say it. */
function refused({ code, message }: HoldfastError): Said {
  return [
    "reject",
    [{ id: code, level: "physical", verdict: "reject", say: message, code, terms: [], spans: [] }],
    nothing,
  ];
}

/** What a gate holds before it has asked. */
const unasked: GateValue = new Answer(
  undefined,
  "error",
  ["reject", nothing, nothing],
  new HoldfastError(codes.closed, "nothing has been asked yet"),
);

function unread(): HoldfastError {
  return new HoldfastError(
    codes.answer,
    "the module's answer cannot be read; use the module and SDK published together",
  );
}

function spansOf(reasons: readonly Violation[]): readonly Span[] {
  const spans = new Map<string, Span>();
  for (const { spans: list } of reasons)
    for (const span of list) spans.set(`${span.path} ${span.start} ${span.end}`, span);
  return spans.size === 0 ? nothing : [...spans.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}
