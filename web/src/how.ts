// This file defines How: what to do first, as data and in words.

import type { Path } from "./answers.js";
import type { ProposalDocument } from "./decision.js";
import type { HoldfastError } from "./errors.js";

/** The way to where a gate's proposal would commit. */
export interface How {
  /** False where there is none, or none was found. */
  readonly found: boolean;
  /** What to propose first, in order; empty where the proposal itself is next. */
  readonly steps: readonly ProposalDocument[];
  /** True where not everything was tried: a way may exist all the same. */
  readonly bounded: boolean;
  /** True where at the end of the way an owner still has to confirm. */
  readonly confirm: boolean;
  /** The way in words, as in `First: settle.`; "" where nothing needs to be done. Make your own of steps in another language. */
  readonly say: string;
  /** Why the way could not be searched for. */
  readonly error: HoldfastError | undefined;
}

/** What a gate that is open says. */
export const open: How = { found: true, steps: [], bounded: false, confirm: false, say: "", error: undefined };

/** What a gate says whose proposal may be made, and is then for an owner to confirm. */
export const held: How = { found: true, steps: [], bounded: false, confirm: true, say: "It waits until an owner confirms it.", error: undefined };

/** What a gate that cannot be asked says. */
export function unknown(error: HoldfastError): How {
  return { found: false, steps: [], bounded: true, confirm: false, say: "", error };
}

/** Puts a path into words. kind is who asks; steps of others name them. */
export function howOf(path: Path, kind: string): How {
  const confirm = path.found && path.verdict === "hold";
  const steps = path.steps.map((step) => wordsOf(step, kind));
  let say = "";
  if (confirm && steps.length === 0) return held;
  if (!path.found) say = path.bounded ? "No way to it was found." : "Nothing that can be done now leads to it.";
  else if (steps.length > 0) say = `First: ${steps.join(", then ")}.`;
  if (confirm) say += " Then it waits until an owner confirms it.";
  return { found: path.found, steps: path.steps, bounded: path.bounded, confirm, say, error: undefined };
}

/** A step as `enter (to chat)`, and who takes it where that is somebody else. */
function wordsOf(step: ProposalDocument, kind: string): string {
  const args = Object.entries(step.args).map(([name, value]) => (value === true ? plain(name) : `${plain(name)} ${typeof value === "string" ? value : JSON.stringify(value)}`));
  return plain(step.action) + (args.length > 0 ? ` (${args.join(", ")})` : "") + (step.actor.kind === kind ? "" : `, by ${plain(step.actor.kind)}`);
}

function plain(name: string): string {
  return name.replaceAll("_", " ");
}
