// This file finds what choosing a member of a machine would propose, and get.

import { forPeople, type Verdict } from "@holdfast/web";
import type { Lead } from "../bundle/document.js";
import { firstArgs, reasonsOf } from "../bundle/form.js";
import { ask } from "./ask.js";
import type { Desk } from "./desk.js";
import type { Machine } from "./machine.js";

/** What choosing a member would propose, and get. */
export interface Choice {
  readonly action: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly verdict: Verdict;
  readonly say: string;
}

/** Returns the best choice for each member that an action leads to; none for the one where the machine is. */
export function choicesOf(desk: Desk, { variable, members }: Machine, leads: readonly Lead[]): Map<string, Choice> {
  const now = String(desk.moment.value.view.state[variable.name]);
  const found = new Map<string, Choice>();
  for (const member of members)
    for (const lead of leads) {
      if (member === now || (lead.member !== undefined && lead.member !== member)) continue;
      const choice = choiceOf(desk, lead, variable.name, member);
      const before = found.get(member);
      if (choice !== undefined && (before === undefined || rank(choice) < rank(before))) found.set(member, choice);
    }
  return found;
}

function rank({ verdict }: Choice): number {
  return verdict === "commit" ? 0 : verdict === "hold" ? 1 : 2;
}

/** What an action would get that may lead to a member; undefined where it would commit and lead elsewhere. */
function choiceOf(desk: Desk, lead: Lead, variable: string, member: string): Choice | undefined {
  const action = desk.info.actions.find(({ name }) => name === lead.action);
  if (action === undefined) return undefined;
  const args: Record<string, unknown> = { ...firstArgs(desk.document, action), ...desk.forms.value[action.name] };
  if (lead.arg !== undefined) args[lead.arg] = member;
  const reasons = reasonsOf(desk.reasons.value);
  const { decision } = ask(desk, { action: action.name, actor: desk.actor.value, args, reasons });
  if (decision === undefined) return undefined;
  const { verdict, changes, violations } = decision;
  const arrives = changes.some((change) => change.path === variable && "to" in change && change.to === member);
  if (verdict === "commit" && !arrives) return undefined;
  return { action: action.name, args, verdict, say: forPeople(violations)[0]?.say ?? "" };
}
