// This file defines Scenario: what a bundle's own scenarios say, and how a step of one is taken.

import type { Parked } from "@holdfast/web";

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

/** Returns who a step's actor is. */
export function actorOf(step: Step): { kind: string; id: string } {
  return typeof step.actor === "string"
    ? { kind: step.actor, id: step.actor }
    : { kind: step.actor.kind, id: step.actor.id ?? step.actor.kind };
}

/** Returns a step's arguments; where it answers what waits and does not say which, that is the last. */
export function argsOf({ action, args }: Step, hold: Parked | undefined): Readonly<Record<string, unknown>> {
  if (args !== undefined) return args;
  if (hold === undefined || !["confirm", "decline", "expire"].includes(action)) return {};
  return action === "confirm" ? { hold: hold.seq, digest: hold.digest } : { hold: hold.seq };
}

/** Returns how long to wait before a step, in milliseconds: 90,000 for `1m30s`; a second where it does not say. */
export function waitOf({ after = "1s" }: Step): number {
  const size: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let sum = 0;
  for (const [, n, unit] of after.matchAll(/([\d.]+)(ms|[smh])/g)) sum += Number(n) * size[unit!]!;
  return Math.max(1, Math.round(sum));
}
