// This file defines Decision: the bytes the core answered, and what they say.

import type { Change, DecisionDocument, Verdict, Violation } from "../contract/documents.js";

const decoder = new TextDecoder();

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
