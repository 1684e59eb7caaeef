// This file defines Decision: the bytes the core answered, and what they say.

const decoder = new TextDecoder();

/** The one-word outcome of a proposal. Only `commit` lets it happen. */
export type Verdict = "commit" | "hold" | "rewrite" | "reject" | "revert" | "halt" | "escalate" | "stall" | "freeze";

/** How strong a constraint is, strongest first. */
export type Level = "physical" | "responsibility" | "ownership" | "operational" | "preference";

/** Who acts: one of an agent's kind. */
export interface Actor {
  readonly kind: string;
  readonly id: string;
}

/** A proposal as an object: an action with arguments, an actor, a time and reasons. */
export interface ProposalDocument {
  readonly action: string;
  readonly actor: Actor;
  readonly args: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reasons: readonly string[];
}

/** A path that an expression read, with its value; a long value is written as `{digest, size}`. */
export type Term = readonly [path: string, value: unknown];

/** Where a pattern matched, in UTF-16 units of the original text at path: what String.slice takes. */
export interface Span {
  readonly path: string;
  readonly pattern: string;
  readonly start: number;
  readonly end: number;
}

/** A constraint that did not hold. */
export interface Violation {
  readonly id: string;
  readonly level: Level;
  readonly verdict: Verdict;
  /** What to tell a person; may be empty. */
  readonly say: string;
  /** Why it could not be evaluated (`eval/…`, `limit/cost`); empty when it simply did not hold. */
  readonly code: string;
  /** What its expression read, in source order. */
  readonly terms: readonly Term[];
  readonly spans: readonly Span[];
}

/** A preference that was not met. It blocks nothing. */
export interface Advice {
  readonly id: string;
  readonly say: string;
  /** Why it could not be evaluated, and so counts as not met; left out where it was. */
  readonly code?: string;
  readonly terms: readonly Term[];
  readonly weight: number;
}

/** One variable, or a part of one, that the decision changed, or what it appended to a log. */
export type Change =
  | { readonly path: string; readonly from: unknown; readonly to: unknown; readonly append?: undefined }
  | { readonly path: string; readonly append: unknown };

/**
 * Violations in the order in which people want to know them: who may not do it at all, then
 * whose it is not to change, then the rest as decided, so that the governing one leads what is
 * left. A decision's own order is another: there the first governs.
 */
export function forPeople(violations: readonly Violation[]): readonly Violation[] {
  if (violations.every((violation, i) => i === 0 || rank(violations[i - 1]!) <= rank(violation))) return violations;
  return [...violations].sort((a, b) => rank(a) - rank(b));
}

function rank({ id, verdict }: Violation): number {
  if (id.startsWith("by:") || id === "hold:by") return 0;
  return id.startsWith("owner:") && verdict !== "hold" ? 1 : 2;
}

/** A decision's document, as section 4 of the design lists it. */
export interface DecisionDocument {
  readonly v: number;
  readonly seq: number;
  readonly bundle: string;
  readonly digest: string;
  readonly action: string;
  readonly actor: Actor;
  readonly args: Readonly<Record<string, unknown>>;
  readonly at: number;
  readonly reasons: readonly string[];
  readonly verdict: Verdict;
  readonly governing: string;
  readonly violations: readonly Violation[];
  readonly advice: readonly Advice[];
  readonly changes: readonly Change[];
  readonly proposal: string;
  readonly state: string;
  readonly prev: string;
  readonly [more: string]: unknown;
}

/**
 * What the core answered to one proposal. The bytes are the decision: they are
 * what is hashed, stored, sent and compared. Everything else is read from them,
 * when first asked for.
 */
export class Decision {
  /** Canonical JSON, a copy that is yours. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  #document: DecisionDocument | undefined;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
  }

  /** The bytes, parsed. */
  get document(): DecisionDocument {
    return (this.#document ??= JSON.parse(this.text) as DecisionDocument);
  }

  /** The bytes as text. */
  get text(): string {
    return decoder.decode(this.bytes);
  }

  /** The outcome. */
  get verdict(): Verdict {
    return this.document.verdict;
  }

  /** True for `commit` and nothing else. */
  get committed(): boolean {
    return this.document.verdict === "commit";
  }

  /** The id of the constraint that decided, `""` where none was violated. */
  get governing(): string {
    return this.document.governing;
  }

  /** All that was violated; the first governs. */
  get violations(): readonly Violation[] {
    return this.document.violations;
  }

  /** What changed, `[]` for most refusals. */
  get changes(): readonly Change[] {
    return this.document.changes;
  }

  /** The decision's place in its session's log. */
  get seq(): number {
    return this.document.seq;
  }

  /** For JSON.stringify; what it gives is for showing, never for hashing. */
  toJSON(): DecisionDocument {
    return this.document;
  }
}
