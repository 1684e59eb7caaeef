// This file defines How: what to do first, as data and in words.

import type { Path } from "./answers.js";
import type { Actor, ProposalDocument } from "./decision.js";
import type { HoldfastError } from "./errors.js";

/** The way to where a gate's proposal would commit. */
export interface How {
  /** False where there is none, or none was found. */
  readonly found: boolean;
  /** What to propose first, in order; empty where the proposal itself is next. Each has the time, the reasons and the actor it commits with. */
  readonly steps: readonly ProposalDocument[];
  /** When the proposal itself can be made then, milliseconds since 1970; left out where it need not wait. */
  readonly at?: number;
  /** Where no way was found: the same with other reasons or by somebody else, which can be made once these steps are taken; left out where there is none. */
  readonly instead?: NonNullable<Path["instead"]>;
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

/** Puts a path into words. asked is what the gate asks, with the time it was asked at. */
export function howOf(path: Path, asked: ProposalDocument): How {
  const { found, steps, bounded } = path;
  const instead = path.instead ?? undefined;
  const confirm = found && path.verdict === "hold";
  const last = steps.at(-1)?.at ?? asked.at;
  const at = found && path.at > last ? path.at : undefined;
  if (confirm && steps.length === 0 && at === undefined) return held;
  const said: string[] = [];
  if (found) {
    said.push(first(steps, asked));
    if (at !== undefined) said.push(`${steps.length === 0 ? "Wait" : "Then wait"} until ${moment(at)}.`);
    if (confirm) said.push("Then it waits until an owner confirms it.");
  } else if (instead !== undefined) said.push(first(instead.steps, asked), otherwise(instead.proposal, asked));
  else said.push(bounded ? "No way to it was found." : "Nothing that can be done now leads to it.");
  const say = said.filter((text) => text !== "").join(" ");
  return { found, steps, ...(at === undefined ? {} : { at }), ...(instead === undefined ? {} : { instead }), bounded, confirm, say, error: undefined };
}

/** The steps as `First: settle, then approve, by another editor.` */
function first(steps: readonly ProposalDocument[], asked: ProposalDocument): string {
  let { at } = asked;
  const words = steps.map((step) => {
    const wait = step.at > at ? ` from ${moment(step.at)} on` : "";
    at = step.at;
    return nameOf(step) + by(step.actor, asked.actor) + because(step.reasons, asked.reasons) + wait;
  });
  return words.length === 0 ? "" : `First: ${words.join(", then ")}.`;
}

/** What would do in place of what was asked. */
function otherwise({ actor, reasons, at }: ProposalDocument, asked: ProposalDocument): string {
  const who = by(actor, asked.actor);
  const why = because(reasons, asked.reasons);
  return `It is possible${who}${why}${at > asked.at ? ` from ${moment(at)} on` : ""}.`;
}

/** A step as `enter (to chat)`. */
function nameOf({ action, args }: ProposalDocument): string {
  const shown = Object.entries(args).filter(([name]) => name !== "digest" || args["hold"] === undefined); // of what is confirmed nobody reads the digest
  const words = shown.map(([name, value]) => (value === true ? plain(name) : `${plain(name)} ${typeof value === "string" ? value : JSON.stringify(value)}`));
  return plain(action) + (words.length > 0 ? ` (${words.join(", ")})` : "");
}

/** Who takes a step, where that is somebody else than who asks: nobody may be told to approve what only another person may. */
function by(actor: Actor, asking: Actor): string {
  if (actor.kind === asking.kind && actor.id === asking.id) return "";
  if (!anybody(actor)) return `, by ${actor.id}`;
  return actor.kind === asking.kind ? `, by another ${plain(actor.kind)}` : `, by ${plain(actor.kind)}`;
}

/** Says whether an actor stands for anybody of its kind; see Path.steps. */
function anybody({ kind, id }: Actor): boolean {
  return id === kind || (id.startsWith(`${kind}-`) && /^\d+$/.test(id.slice(kind.length + 1)));
}

function because(reasons: readonly string[], asked: readonly string[]): string {
  const usual = reasons.length === asked.length ? reasons.every((reason, i) => reason === asked[i]) : reasons.length === 1 && reasons[0] === "request";
  if (usual || (reasons.length === 1 && reasons[0] === "request")) return "";
  return reasons.length === 0 ? ", without a reason" : `, because of ${reasons.map((reason) => JSON.stringify(reason)).join(" and ")}`;
}

/** A time for people: in UTC, as what a bundle says of times is. */
function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, at % 60_000 === 0 ? 16 : 19).replace("T", " ")} UTC`;
}

function plain(name: string): string {
  return name.replaceAll("_", " ");
}
