// This file defines Info: what a bundle declares, as wasm/ABI.md says under Declarations. The SDK types only what
// identifies a bundle; the rest of what the studio shows is typed here.

import type { BundleInfo, Level, Verdict } from "@holdfast/web";

/** A type as a bundle writes it; named types are replaced by what they are. */
export type Type =
  | "bool"
  | "int"
  | "double"
  | "string"
  | "timestamp"
  | "duration"
  | { readonly int: readonly [number, number] }
  | { readonly string: number }
  | { readonly enum: readonly string[]; readonly titles?: Readonly<Record<string, string>> }
  | { readonly list: { readonly max: number; readonly of: Type } }
  | { readonly map: { readonly keys?: Type; readonly max?: number; readonly of: Type } }
  | { readonly record: Readonly<Record<string, Type>> };

/** An argument of an action. */
export interface Arg {
  readonly name: string;
  /** What people call it; "" where the bundle does not say. */
  readonly title: string;
  readonly about: string;
  readonly optional: boolean;
  readonly type: Type;
}

export interface Action {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly args: readonly Arg[];
  readonly by: readonly string[];
}

export interface Constraint {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly kind: "require" | "ensure" | "always" | "prefer";
  readonly level: Level;
  readonly on: readonly string[];
  readonly source: string;
  /** What a violation of it decides; a preference has a weight instead. */
  readonly verdict?: Verdict;
  readonly weight?: number;
}

export interface Variable {
  readonly name: string;
  readonly about: string;
  readonly init: unknown;
  readonly owner: readonly string[];
  readonly type: Type;
  readonly moves?: { readonly id: string; readonly allow: readonly (readonly [string, string])[] };
  readonly never: readonly { readonly from: string; readonly to: string; readonly id: string }[];
}

/** What a bundle declares. */
export interface Info extends BundleInfo {
  readonly actions: readonly Action[];
  readonly agents: readonly {
    readonly name: string;
    readonly title: string;
    readonly about: string;
    readonly proposes: boolean;
  }[];
  readonly constraints: readonly Constraint[];
  readonly derived: readonly string[];
  readonly governance: readonly string[];
  readonly hold: {
    readonly by?: string;
    readonly on_expire: string;
    readonly otherwise: { readonly verdict: Verdict };
    readonly per_actor: number;
    readonly per_agent: number;
    readonly ttl: number;
  };
  readonly logs: readonly { readonly name: string; readonly type: Type; readonly max: number }[];
  readonly patterns: readonly { readonly name: string; readonly about: string }[];
  readonly state: readonly Variable[];
}

/** Returns the members of an enum, or undefined for other types. */
export function membersOf(type: Type): readonly string[] | undefined {
  return typeof type === "object" && "enum" in type ? type.enum : undefined;
}
