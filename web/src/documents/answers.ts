// This file defines the shapes of what the module answers besides decisions.

import type { ProposalDocument, Verdict } from "./decision.js";

/** Who asks what is possible; what is left out is unknown, but for reasons: `["request"]`. */
export interface Question {
  readonly actor: { readonly kind: string; readonly id?: string };
  /** Milliseconds since 1970. */
  readonly at?: number;
  readonly reasons?: readonly string[];
}

/** One action, for one choice of its bool and enum arguments. */
export interface Entry {
  readonly action: string;
  /** The arguments chosen; the others are unknown. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What it would get whatever the unknown may be, or `open`: that depends on them. */
  readonly verdict: Verdict | "open";
  /** What an open verdict depends on, as in `args.drift`; else empty. */
  readonly open: readonly string[];
  readonly governing: string;
  readonly say: string;
  /** Weight of the preferences it leaves unmet. */
  readonly unmet: number;
}

/** What an actor may propose now. */
export interface Admissible {
  /** Those that can commit first, then open ones, then those that would be held, then the refused. */
  readonly actions: readonly Entry[];
  readonly actor: { readonly kind: string; readonly id?: string };
  readonly bundle: string;
  readonly digest: string;
  /** True when nothing can commit or be held for any agent: a correct outcome. */
  readonly halted: boolean;
  readonly seq: number;
  readonly v: number;
}

/** The way to where a proposal would commit. */
export interface Path {
  readonly found: boolean;
  /**
   * What to propose first, in order; empty where the proposal itself is the next step. Each has the time, the reasons
   * and the actor with which it commits. An id that is the agent's own name, or that and a number (`editor-2`), means
   * any actor of that kind.
   */
  readonly steps: readonly ProposalDocument[];
  /** What the proposal would get then: commit, or hold where no more can be had. */
  readonly verdict: Verdict;
  /** When the proposal itself would be made then, milliseconds since 1970: its own time, or later where it waits. */
  readonly when: number;
  /** True when not everything was tried: another way may exist. */
  readonly bounded: boolean;
  /** Where no way was found: the same with other reasons or by another actor, which would commit, and the way to it. */
  readonly variant: { readonly proposal: ProposalDocument; readonly steps: readonly ProposalDocument[] } | null;
  /** How many proposals were tried. */
  readonly tried: number;
  readonly v: number;
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
export interface View<S = Readonly<Record<string, unknown>>> {
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
  /** Of a bundle that extends others, those that are frozen: what a parent keeps goes on where only its child is. */
  readonly freezes?: readonly string[];
  readonly state: S;
  readonly derived: Readonly<Record<string, unknown>>;
  readonly logs: Readonly<Record<string, readonly unknown[]>>;
  readonly holds: readonly Parked[];
  readonly v: number;
}

/** A bundle's declarations, for showing. */
export interface BundleInfo {
  /** The name, without the version. */
  readonly bundle: string;
  readonly version: string;
  /** SHA-256 of the bundle's canonical public form, `sha256:…`: what the bundle is. */
  readonly digest: string;
  readonly title: string;
  readonly about: string;
  readonly [more: string]: unknown;
}

/** What a catalog publishes, for showing. */
export interface CatalogInfo {
  readonly catalog: string;
  readonly version: string;
  readonly title?: string;
  /** The cursor's parts and the values each may have. */
  readonly matrix?: Readonly<Record<string, readonly unknown[]>>;
  /** The points, and the digest of each one's bundle. */
  readonly cursors: readonly Readonly<Record<string, unknown>>[];
  readonly digests: readonly string[];
}

/** There is no basis to decide: the cursor names no bundle, or more than one. */
export interface Stall {
  readonly verdict: "stall";
  readonly catalog: string;
  readonly version: string;
  readonly cursor: Readonly<Record<string, unknown>>;
  /** How many bundles it names. */
  readonly matches: number;
  /** What to tell a person. */
  readonly say: string;
}
