// This file defines Machine: the moves of an enum variable.

import type { Bundle, Change } from "@holdfast/web";
import { scenariosOf, type Document } from "../bundle/document.js";
import { membersOf, type Info, type Variable } from "../bundle/info.js";
import { actorOf, argsOf, waitOf } from "../bundle/scenario.js";

/** How many scenarios are played to see what they move. */
const mostPlayed = 64;

/** When a scenario begins, in milliseconds; no bundle may depend on it. */
const began = Date.UTC(2026, 0, 1);

interface Edge {
  readonly from: string;
  readonly to: string;
  /** Both ways. */
  readonly both: boolean;
}

export interface Machine {
  readonly variable: Variable;
  readonly members: readonly string[];
  readonly edges: readonly Edge[];
  /** False where the bundle declares no moves, and these are what its scenarios do. */
  readonly declared: boolean;
}

/** Returns the machines of a bundle: its enum variables with moves, or else those that its scenarios move. */
export function machinesOf(info: Info, document: Document, bundle: Pick<Bundle, "open">): readonly Machine[] {
  const enums = info.state.filter((variable) => membersOf(variable.type) !== undefined);
  const declared = enums.filter((variable) => variable.moves !== undefined);
  const made = (variable: Variable, pairs: readonly (readonly [string, string])[], isDeclared: boolean): Machine => ({
    variable,
    members: membersOf(variable.type)!,
    edges: merged(pairs),
    declared: isDeclared,
  });
  if (declared.length > 0) return declared.map((variable) => made(variable, variable.moves!.allow, true));
  if (enums.length === 0) return [];
  const seen = played(document, bundle);
  return enums
    .map((variable) => made(variable, seen.get(variable.name) ?? [], false))
    .filter(({ edges }) => edges.length > 0);
}

function merged(pairs: readonly (readonly [string, string])[]): Edge[] {
  const has = new Set(pairs.map(([from, to]) => `${from}\n${to}`));
  const edges: Edge[] = [];
  for (const [from, to] of pairs) {
    const both = has.has(`${to}\n${from}`);
    if (both && edges.some((edge) => edge.from === to && edge.to === from)) continue;
    edges.push({ from, to, both });
  }
  return edges;
}

type Moves = Map<string, (readonly [string, string])[]>;

/** Plays the scenarios and returns the moves that were committed, by variable. */
function played(document: Document, bundle: Pick<Bundle, "open">): Moves {
  const moves: Moves = new Map();
  for (const scenario of scenariosOf(document).slice(0, mostPlayed)) {
    const session = bundle.open("scenario");
    let at = began;
    for (const step of scenario.steps) {
      const { action, reasons = ["request"] } = step;
      const args = argsOf(step, session.view().holds.at(-1));
      at += waitOf(step);
      try {
        const { verdict, changes } = session.decide({ action, actor: actorOf(step), args, at, reasons });
        if (verdict === "commit") note(moves, changes);
      } catch {
        // A step that expects an error.
      }
    }
    session.close();
  }
  return moves;
}

function note(moves: Moves, changes: readonly Change[]): void {
  for (const change of changes) {
    if (!("from" in change)) continue;
    const pairs = moves.get(change.path) ?? [];
    const pair = [String(change.from), String(change.to)] as const;
    if (!pairs.some(([from, to]) => from === pair[0] && to === pair[1])) pairs.push(pair);
    moves.set(change.path, pairs);
  }
}
