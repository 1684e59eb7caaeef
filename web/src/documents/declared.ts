// This file defines the types of what a bundle declares, so that `can("entr")` does
// not compile. `holdfast types BUNDLE` writes a Declared for a bundle; without one,
// any name is accepted and the module refuses what is not declared.

import type { Actor, Asker, ProposalDocument } from "../contract/documents.js";

/** What a bundle declares. */
export interface Declared {
  /** The arguments of each action, by the action's name. */
  readonly actions: object;
  /** The names of the agents. */
  readonly agents: string;
  /** The types of the state's variables. */
  readonly state: object;
}

/** What is known of a bundle without generated types: nothing. */
export interface Undeclared {
  readonly actions: { readonly [name: string]: Readonly<Record<string, unknown>> };
  readonly agents: string;
  readonly state: Readonly<Record<string, unknown>>;
}

/** Actions that every bundle has. */
export interface BuiltIn {
  readonly confirm: { readonly hold: number; readonly digest: string };
  readonly decline: { readonly hold: number };
  readonly expire: { readonly hold: number };
  readonly unfreeze: Readonly<Record<string, never>>;
}

/** The name of an action. */
export type ActionOf<B extends Declared> = (keyof B["actions"] & string) | keyof BuiltIn;

/** The arguments of an action. */
export type ArgsOf<B extends Declared, A extends string> = A extends keyof B["actions"]
  ? B["actions"][A]
  : A extends keyof BuiltIn
    ? BuiltIn[A]
    : never;

/** An actor of one of the bundle's agents; who leaves the id out is called by the kind. */
export type ActorOf<B extends Declared> = Asker & { readonly kind: B["agents"] };

/** What a gate is of, besides an action and its arguments. */
export type AskOptions<B extends Declared = Undeclared> = {
  /** Who would propose; the session's `actor` when left out. */
  readonly actor?: ActorOf<B>;
  /** Why; `["request"]` when left out. */
  readonly reasons?: readonly string[];
};

/** Arguments and options after an action's name; an action that needs no argument needs no object either. */
export type Rest<B extends Declared, A extends string> =
  {} extends ArgsOf<B, A>
    ? [args?: ArgsOf<B, A> | undefined, options?: AskOptions<B>]
    : [args: ArgsOf<B, A>, options?: AskOptions<B>];

/** A proposal whose action and arguments are the bundle's. */
export type ProposalOf<B extends Declared> = {
  [A in ActionOf<B>]: Omit<ProposalDocument, "action" | "actor" | "args"> & {
    readonly action: A;
    readonly actor: Actor & { readonly kind: B["agents"] };
    readonly args: ArgsOf<B, A>;
  };
}[ActionOf<B>];
