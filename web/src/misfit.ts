// This file defines misfit: what to tell who has filled a form with what JSON cannot hold.
//
// An empty number field has the value NaN, and "NaN has no JSON" tells nobody what to
// do. What would do there, and what the field is called, is in the bundle; so the
// module is asked about the same proposal with null in that place, and says so.

import type { ProposalDocument } from "./decision.js";
import { HoldfastError, codes } from "./errors.js";

/** What a field of a form may hold that JSON does not. */
const fillable: ReadonlySet<string> = new Set([codes.number, codes.negativeZero, codes.undefined, codes.bigint, codes.plain]);

/**
 * Returns the error that says it to a person, or the same one where it is not about an
 * argument. ask answers about a proposal: with the module's error, or undefined where it has none.
 */
export function misfit(error: HoldfastError, proposal: ProposalDocument, ask: (proposal: ProposalDocument) => HoldfastError | undefined): HoldfastError {
  if (!fillable.has(error.code) || !error.path.startsWith("args.")) return error;
  const said = ask({ ...proposal, args: held(proposal.args) as ProposalDocument["args"] });
  if (said === undefined || said.code.startsWith("json/")) return error;
  return new HoldfastError(said.path === error.path ? error.code : said.code, said.message, { path: said.path, cause: error });
}

/** A value with null for what JSON does not hold. */
function held(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? value : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return value.map(held);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return null;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, held(of)]));
}
