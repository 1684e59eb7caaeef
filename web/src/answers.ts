// This file defines the shapes of what a session answers besides decisions.

import type { Verdict } from "./decision.js";

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

/** A session, for showing. */
export interface View {
  readonly [more: string]: unknown;
}
