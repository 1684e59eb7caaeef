// This file puts what a bundle declares into an order that means something. In its document names are in
// alphabetical order; its scenarios name first who and what comes first.

import { scenariosOf, type Document } from "./document.js";
import type { Info, Type } from "./info.js";
import { actorOf } from "./scenario.js";

/** Returns a bundle's info with what its scenarios name first before the rest. */
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
