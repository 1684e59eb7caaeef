// This file defines Info: what a bundle declares, as the module gives it and the studio reads it. The SDK types
// only the part of it that identifies a bundle.

import type { BundleInfo } from "@holdfast/web";

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

export interface Arg {
  readonly name: string;
  /** What people call it, "" where nothing was given; an older engine says nothing of titles. */
  readonly title?: string;
  readonly about: string;
  readonly optional: boolean;
  readonly type: Type;
}

export interface Action {
  readonly name: string;
  readonly title?: string;
  readonly about: string;
  readonly args: readonly Arg[];
  readonly by: readonly string[];
}

export interface Constraint {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly kind: string;
  readonly level: string;
  readonly on: readonly string[];
  readonly source: string;
  readonly verdict?: string;
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

export interface Info extends BundleInfo {
  readonly actions: readonly Action[];
  readonly agents: readonly {
    readonly name: string;
    readonly title?: string;
    readonly about: string;
    readonly proposes: boolean;
  }[];
  readonly constraints: readonly Constraint[];
  readonly derived: readonly string[];
  readonly governance: readonly string[];
  readonly hold: {
    readonly by?: string;
    readonly on_expire: string;
    readonly otherwise: { readonly verdict: string };
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
