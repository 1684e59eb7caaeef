// This file defines the shapes of what a session answers besides decisions.

import type { ProposalDocument, Verdict } from "./decision.js";

/** One action, for one choice of its enumerable arguments. */
export interface Entry {
  readonly action: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly verdict: Verdict | "open";
  readonly governing: string;
  readonly [more: string]: unknown;
}

/** What an actor may propose now. */
export interface Admissible {
  readonly [more: string]: unknown;
}

/** The way to where a proposal would commit. */
export interface Path {
  readonly [more: string]: unknown;
}

/** A proposal that waits for an owner. */
export interface Parked {
  /** The decision that parked it: `hold` of confirm, decline and expire. */
  readonly seq: number;
  /** What confirm and decline must name. */
  readonly digest: string;
  readonly proposal: ProposalDocument;
  /** Agents that may confirm. */
  readonly by: readonly string[];
  /** Milliseconds since 1970, as is expires: from then on expire may remove it. */
  readonly at: number;
  readonly expires: number;
}

/** A session, for showing. */
export interface View {
  readonly session: string;
  readonly bundle: string;
  readonly digest: string;
  /** How many decisions are recorded. */
  readonly seq: number;
  /** Time of the last decision, milliseconds since 1970; 0 before the first. */
  readonly at: number;
  /** Digest of the last decision, of the genesis document before the first. */
  readonly prev: string;
  readonly frozen: boolean;
  readonly state: Readonly<Record<string, unknown>>;
  readonly derived: Readonly<Record<string, unknown>>;
  readonly logs: Readonly<Record<string, readonly unknown[]>>;
  readonly holds: readonly Parked[];
  readonly [more: string]: unknown;
}
