// This file defines what the studio reads of a bundle: Info as the module gives it, and
// what of the document is not in it: scenarios, and where effects lead.

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

export interface Info {
  readonly bundle: string;
  readonly version: string;
  readonly digest: string;
  readonly title: string;
  readonly about: string;
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

/** A step of a scenario as a bundle writes it. */
export interface Step {
  readonly action: string;
  readonly actor: string | { readonly kind: string; readonly id?: string };
  readonly args?: Readonly<Record<string, unknown>>;
  readonly reasons?: readonly string[];
  readonly after?: string;
  readonly expect?: Readonly<Record<string, unknown>>;
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

interface Effects {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly reset?: readonly string[];
  readonly effects?: readonly Effects[];
}

/** The document, as far as the studio reads it. */
export interface Document {
  readonly tests?: readonly Scenario[];
  readonly actions?: Readonly<Record<string, Effects>>;
  readonly extends?: readonly { readonly document?: Document }[];
}

/** Returns who a step's actor is. */
export function actorOf(step: Step): { kind: string; id: string } {
  return typeof step.actor === "string"
    ? { kind: step.actor, id: step.actor }
    : { kind: step.actor.kind, id: step.actor.id ?? step.actor.kind };
}

/** Returns the members of an enum, or undefined for other types. */
export function membersOf(type: Type): readonly string[] | undefined {
  return typeof type === "object" && "enum" in type ? type.enum : undefined;
}

/** A way an action may lead a variable to a member: always, or by an argument. */
export interface Lead {
  readonly action: string;
  readonly member?: string;
  readonly arg?: string;
}

/** Returns which actions may set a variable, and to what, as far as that can be read off their effects. */
export function leadsTo(document: Document, variable: Variable): readonly Lead[] {
  const leads: Lead[] = [];
  const members = membersOf(variable.type) ?? [];
  const read = (action: string, effects: Effects): void => {
    const value = effects.set?.[variable.name];
    if (typeof value === "string") {
      const arg = /^args\.(\w+)$/.exec(value)?.[1];
      const member = /^(?:\w+\.|["'])([\w-]+)["']?$/.exec(value)?.[1];
      if (arg !== undefined) leads.push({ action, arg });
      else if (member !== undefined && members.includes(member)) leads.push({ action, member });
    }
    if (effects.reset?.includes(variable.name) === true) leads.push({ action, member: String(variable.init) });
    for (const effect of effects.effects ?? []) read(action, effect);
  };
  const walk = (part: Document): void => {
    for (const parent of part.extends ?? []) if (parent.document !== undefined) walk(parent.document);
    for (const [action, effects] of Object.entries(part.actions ?? {})) read(action, effects);
  };
  walk(document);
  return leads;
}

/** Returns the scenarios of a bundle, its own first, then its parents'. */
export function scenariosOf(document: Document): readonly Scenario[] {
  return [
    ...(document.tests ?? []),
    ...(document.extends ?? []).flatMap((parent) =>
      parent.document === undefined ? [] : scenariosOf(parent.document),
    ),
  ];
}

/** A bundle's document has its names in alphabetical order. Its scenarios use them in an order that means something: who and what comes first in them comes first here. */
export function inOrder(info: Info, document: Document): Info {
  const steps = scenariosOf(document).flatMap((scenario) => scenario.steps);
  const sorted = <T extends { readonly name: string }>(list: readonly T[], names: readonly string[]): readonly T[] => {
    const rank = new Map([...new Set(names)].map((name, i) => [name, i]));
    return [...list].sort((a, b) => (rank.get(a.name) ?? rank.size) - (rank.get(b.name) ?? rank.size));
  };
  return {
    ...info,
    agents: sorted(
      info.agents,
      steps.map((step) => actorOf(step).kind),
    ),
    actions: sorted(
      info.actions,
      steps.map((step) => step.action),
    ).map((action) => ({ ...action, args: [...action.args].sort((a, b) => weight(a.type) - weight(b.type)) })),
    state: [...info.state].sort((a, b) => Number(b.moves !== undefined) - Number(a.moves !== undefined)),
  };
}

/** Short inputs come before long ones: choices, numbers, text. */
function weight(type: Type): number {
  if (typeof type === "object")
    return "enum" in type ? 0 : "int" in type ? 2 : "string" in type ? (type.string > 80 ? 4 : 3) : 5;
  return type === "bool" ? 1 : type === "string" ? 4 : 2;
}
