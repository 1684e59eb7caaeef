// This file defines Document: what the studio reads of a bundle's document that its info does not have:
// scenarios, and where effects lead.

import { membersOf, type Variable } from "./info.js";
import type { Scenario } from "./scenario.js";

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

/** Returns the scenarios of a bundle, its own first, then its parents'. */
export function scenariosOf(document: Document): readonly Scenario[] {
  return [
    ...(document.tests ?? []),
    ...(document.extends ?? []).flatMap((parent) =>
      parent.document === undefined ? [] : scenariosOf(parent.document),
    ),
  ];
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
