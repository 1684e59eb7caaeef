// This file defines expire: the end of what was not confirmed in time. A host proposes it, as the agent
// that the bundle names.

import type { Head, ProposalDocument } from "../contract/documents.js";
import type { Decision } from "../documents/decision.js";

/** The id under which hosts propose expire; the kind is the bundle's `hold.by`. */
export const hostId = "holdfast";

interface Expiring {
  head(): Pick<Head, "at" | "holds">;
  why(proposal: ProposalDocument): Decision;
  decide(proposal: ProposalDocument): Decision;
}

/** Returns the agent that ends what is due; undefined where the bundle names none. */
export function expirerOf(info: { readonly [more: string]: unknown }): string | undefined {
  return (info["hold"] as { readonly by?: string } | undefined)?.by;
}

/** Ends what is due at a time, in order; what would not end it, as in a frozen session, is not proposed. */
export function expire(session: Expiring, kind: string | undefined, nowMillis: number): Decision[] {
  const { at, holds } = session.head();
  const done: Decision[] = [];
  for (const { seq, expires } of kind === undefined ? [] : holds) {
    const now = Math.max(at, nowMillis);
    if (expires > now) continue;
    const actor = { kind: kind!, id: hostId };
    const proposal = { action: "expire", actor, args: { hold: seq }, at: now, reasons: ["request"] };
    const { verdict, governing } = session.why(proposal);
    if (verdict === "commit" || governing === "hold:expired") done.push(session.decide(proposal));
  }
  return done;
}
