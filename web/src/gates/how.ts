// This file defines How: what to do first, as data and in words.

import type { Actor, Path, ProposalDocument } from "../contract/documents.js";
import type { HoldfastError } from "../documents/errors.js";
import type { Titles } from "./titles.js";

/** The way to where a gate's proposal would commit. */
export interface How {
  /** False where there is none, or none was found. */
  readonly found: boolean;
  /**
   * What to propose first, in order; empty where the proposal itself is next. Each has the time, the reasons and the
   * actor it commits with.
   */
  readonly steps: readonly ProposalDocument[];
  /** When the proposal itself can be made then, milliseconds since 1970; left out where it need not wait. */
  readonly when?: number;
  /**
   * Where no way was found: the same with other reasons or by another actor, which can be made after these steps; left
   * out where there is none.
   */
  readonly variant?: NonNullable<Path["variant"]>;
  /** True where not everything was tried: a way may exist all the same. */
  readonly bounded: boolean;
  /** True where at the end of the way it still has to be confirmed. */
  readonly confirm: boolean;
  /** The way in words, `First: settle.`; "" where nothing needs to be done. In another language, make it of steps. */
  readonly say: string;
  /** Why the way could not be searched for. */
  readonly error: HoldfastError | undefined;
}

/** What a gate that is open says. */
export const open: How = { found: true, steps: [], bounded: false, confirm: false, say: "", error: undefined };

/** What a gate says whose proposal may be made, and then waits. */
export const held: How = {
  found: true,
  steps: [],
  bounded: false,
  confirm: true,
  say: "Once proposed, it waits for a confirmation.",
  error: undefined,
};

/** What a gate that cannot be asked says. */
export function unknown(error: HoldfastError): How {
  return { found: false, steps: [], bounded: true, confirm: false, say: "", error };
}

/**
 * Puts a path into words for the reader of a page: actions, members and agents by their titles, and who takes a step
 * where it is another actor. asked is what the gate asks, with the time it was asked at.
 */
export function howOf(path: Path, asked: ProposalDocument, titles: Titles): How {
  const { found, steps, bounded } = path;
  const variant = path.variant ?? undefined;
  const confirm = found && path.verdict === "hold";
  const last = steps.at(-1)?.at ?? asked.at;
  const when = found && path.when > last ? path.when : undefined;
  if (confirm && steps.length === 0 && when === undefined) return held;
  const said: string[] = [];
  if (found) {
    said.push(first(steps, asked, titles));
    if (when !== undefined) said.push(`${steps.length === 0 ? "Wait" : "Then wait"} until ${moment(when)}.`);
    if (confirm) said.push("Then it waits for a confirmation.");
  } else if (variant !== undefined) said.push(first(variant.steps, asked, titles), otherwise(variant, asked, titles));
  else if (!bounded) said.push("Nothing that can be done now leads to it."); // where nothing is known, nothing is said
  const say = said.filter((text) => text !== "").join(" ");
  return {
    found,
    steps,
    ...(when === undefined ? {} : { when }),
    ...(variant === undefined ? {} : { variant }),
    bounded,
    confirm,
    say,
    error: undefined,
  };
}

/** The steps as `First: settle, then “Approve”, by another Editor.` */
function first(steps: readonly ProposalDocument[], asked: ProposalDocument, titles: Titles): string {
  let { at } = asked;
  const words = steps.map((step) => {
    const wait = step.at > at ? ` from ${moment(step.at)} on` : "";
    at = step.at;
    const who = another(step.actor, asked.actor, titles);
    return nameOf(step, titles) + (who === "" ? "" : `, by ${who}`) + because(step.reasons, asked.reasons) + wait;
  });
  return words.length === 0 ? "" : `First: ${words.join(", then ")}.`;
}

/** What would do in place of what was asked. */
function otherwise({ proposal, steps }: NonNullable<Path["variant"]>, asked: ProposalDocument, titles: Titles): string {
  const who = another(proposal.actor, asked.actor, titles);
  const then = steps.length === 0 ? "" : "Then ";
  const wait = proposal.at > asked.at ? ` from ${moment(proposal.at)} on` : "";
  const end = `${because(proposal.reasons, asked.reasons)}${wait}.`;
  return who === ""
    ? `${then === "" ? "It" : "Then it"} is possible${end}`
    : `${then === "" ? capital(who) : then + who} can do it${end}`;
}

/** A step as `enter (Chat)`. */
function nameOf({ action, args }: ProposalDocument, titles: Titles): string {
  const choices = titles.choices(action, args);
  return titles.action(action) + (choices.length > 0 ? ` (${choices.join(", ")})` : "");
}

/** Who acts, "" where it is who asks: a person is not told to approve what only another may. */
function another(actor: Actor, asking: Actor, titles: Titles): string {
  if (actor.kind === asking.kind && actor.id === asking.id) return "";
  if (!isAny(actor)) return actor.id;
  return actor.kind === asking.kind ? `another ${titles.agent(actor.kind)}` : titles.agent(actor.kind);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Says whether any actor of the kind is meant; see Path.steps. */
function isAny({ kind, id }: Actor): boolean {
  return id === kind || (id.startsWith(`${kind}-`) && /^\d+$/.test(id.slice(kind.length + 1)));
}

function because(reasons: readonly string[], asked: readonly string[]): string {
  const same = (others: readonly string[]): boolean =>
    reasons.length === others.length && reasons.every((reason, i) => reason === others[i]);
  if (same(asked) || same(["request"])) return "";
  return reasons.length === 0
    ? ", without a reason"
    : `, because of ${reasons.map((reason) => JSON.stringify(reason)).join(" and ")}`;
}

/** A time for people: in UTC, as what a bundle says of times is. */
function moment(at: number): string {
  return `${new Date(at)
    .toISOString()
    .slice(0, at % 60_000 === 0 ? 16 : 19)
    .replace("T", " ")} UTC`;
}
