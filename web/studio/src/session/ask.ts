// This file asks what a proposal would get, who else could make it, and the way to it. Nothing is recorded.

import { HoldfastError, type Decision, type Path } from "@holdfast/web";
import type { Action } from "../bundle/info.js";
import { troubleOf, type Trouble } from "../parts/trouble.js";
import { retryAfterTrap, type Desk, type Draft } from "./desk.js";

/** What a proposal would get, or why it is none. */
export type Answer =
  | { readonly decision: Decision; readonly error?: undefined }
  | { readonly decision?: undefined; readonly error: Trouble & { readonly path: string } };

export function ask(desk: Desk, draft: Draft): Answer {
  const { session } = desk.moment.value;
  const proposal = { ...draft, at: desk.time() };
  try {
    return { decision: retryAfterTrap(() => session.why(proposal)) };
  } catch (thrown) {
    return { error: { ...troubleOf(thrown), path: thrown instanceof HoldfastError ? thrown.path : "" } };
  }
}

/** Returns the way to where a proposal would commit; undefined where it is no proposal, or the engine cannot say. */
export function wayTo(desk: Desk, draft: Draft): Path | undefined {
  const { session } = desk.moment.value;
  const proposal = { ...draft, at: desk.time() };
  try {
    return retryAfterTrap(() => session.path(proposal));
  } catch {
    return undefined;
  }
}

/** Returns which agents could do it. Where the state lets none of them, those are meant that only the state stops. */
export function ableOf(desk: Desk, action: Action, draft: Draft): readonly string[] {
  const answers = action.by.map((kind) => {
    const { decision } = ask(desk, { ...draft, actor: { kind, id: kind } });
    const against = decision?.violations.filter(({ verdict }) => verdict !== "hold") ?? [];
    return { kind, against: against.map(({ id }) => id) };
  });
  // What is against everybody is the state's.
  const isTheStates = (id: string): boolean => answers.every(({ against }) => against.includes(id));
  return answers.filter(({ against }) => against.every(isTheStates)).map(({ kind }) => kind);
}
