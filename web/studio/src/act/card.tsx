// This file shows an action as a card: what it would get if it were proposed now, why, and the way to where
// it would commit.

import { useMemo } from "preact/hooks";
import { forPeople, type Decision, type Verdict } from "@holdfast/web";
import { announce } from "../app/app.js";
import { firstArgs, reasonsOf } from "../bundle/form.js";
import type { Action } from "../bundle/info.js";
import { agentTitle, titleOf } from "../bundle/titles.js";
import { meaning } from "../bundle/words.js";
import { VerdictMark } from "../parts/icons.js";
import { ableOf, ask, type Answer } from "../session/ask.js";
import type { Desk, Draft } from "../session/desk.js";
import { Field } from "./field.js";
import { Others, Way } from "./way.js";
import { Why } from "./why.js";

export function Card({ desk, action }: { desk: Desk; action: Action }) {
  const moment = desk.moment.value;
  const draft = useDraft(desk, action);
  const answer = useMemo(() => ask(desk, draft), [desk, moment, draft]);
  const { decision } = answer;
  const propose = async (): Promise<void> => {
    const entry = await desk.propose(draft);
    if (entry === undefined) return;
    const { verdict, seq, violations } = entry.decision;
    announce(`Decision ${seq}: ${verdict}. ${forPeople(violations)[0]?.say ?? meaning[verdict]}`);
  };
  return (
    <article
      class={`card is-${decision?.verdict ?? "wrong"}`}
      id={`action-${action.name}`}
      aria-labelledby={`title-${action.name}`}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void propose();
        }}
      >
        <div class="question">
          <h3 id={`title-${action.name}`}>{titleOf(action)}</h3>
          {action.about !== "" && <p class="about">{action.about}</p>}
          <Fields desk={desk} action={action} args={draft.args} answer={answer} />
          <footer>
            <button
              type="submit"
              class={isWelcome(decision?.verdict) ? "primary" : "plain"}
              disabled={!moment.open || decision === undefined}
              aria-disabled={desk.busy.value}
            >
              {buttonText(action, decision?.verdict)}
            </button>
            <span class="by">
              {action.by.length === desk.info.agents.length
                ? "anyone may ask"
                : `for ${action.by.map((kind) => agentTitle(desk.info, kind)).join(", ")}`}
            </span>
          </footer>
        </div>
        <div class="answer" tabIndex={-1}>
          {decision === undefined ? (
            <NoAnswer {...answer.error} />
          ) : (
            <Outcome desk={desk} action={action} draft={draft} decision={decision} />
          )}
        </div>
      </form>
    </article>
  );
}

/** What the card proposes: what is filled in, and otherwise what a form begins with. */
function useDraft(desk: Desk, action: Action): Draft {
  const actor = desk.actor.value;
  const reasons = desk.reasons.value;
  const filled = desk.forms.value[action.name];
  const first = useMemo(() => firstArgs(desk.document, action), [desk, action]);
  const args = useMemo(() => ({ ...first, ...filled }), [first, filled]);
  return useMemo(
    () => ({ action: action.name, actor, args, reasons: reasonsOf(reasons) }),
    [action, actor, args, reasons],
  );
}

function Fields({ desk, action, args, answer }: { desk: Desk; action: Action; args: Draft["args"]; answer: Answer }) {
  if (action.args.length === 0) return null;
  const { decision, error } = answer;
  const spans = (decision?.violations ?? []).flatMap((violation) => violation.spans);
  return (
    <div class="fields">
      {action.args.map((arg) => (
        <Field
          key={arg.name}
          arg={arg}
          value={args[arg.name]}
          onChange={(value) => desk.fill(action.name, arg.name, value)}
          spans={spans.filter((span) => span.path === `args.${arg.name}`)}
          error={error !== undefined && argumentOf(error.path) === arg.name ? error.say : ""}
        />
      ))}
    </div>
  );
}

/** The argument in which a path is: `text` for `args.text` and `args.text[2]`; "" where it is in none. */
function argumentOf(path: string): string {
  return /^args\.(\w+)/.exec(path)?.[1] ?? "";
}

/** Why nothing can be said of the proposal. What is wrong with an argument is said at its field. */
function NoAnswer({ code, say, path }: { code: string; say: string; path: string }) {
  return (
    <>
      <span class="verdict v-wrong">not yet a proposal</span>
      {argumentOf(path) === "" && (
        <p class="say">
          {say} <span class="id">{code}</span>
        </p>
      )}
    </>
  );
}

interface Given {
  readonly desk: Desk;
  readonly action: Action;
  readonly draft: Draft;
  readonly decision: Decision;
}

function Outcome({ desk, action, draft, decision }: Given) {
  const { verdict } = decision;
  return (
    <>
      <VerdictMark verdict={verdict} say={would[verdict]} />
      <Why info={desk.info} decision={decision.document} />
      {verdict === "commit" && decision.changes.length === 0 && <p class="quiet">It changes nothing but the record.</p>}
      {verdict !== "commit" && !desk.moment.value.view.frozen && !desk.halted.value && (
        <WayPast desk={desk} action={action} draft={draft} decision={decision} />
      )}
    </>
  );
}

/** The way past a refusal: another agent, other words, or steps to take first. */
function WayPast({ desk, action, draft, decision: { verdict, violations } }: Given) {
  if (verdict !== "hold" && violations.some(({ id }) => id === `by:${action.name}`))
    return <Others desk={desk} kinds={ableOf(desk, action, draft)} />;
  if (verdict === "rewrite" && violations.every((violation) => violation.verdict === "rewrite"))
    return <p class="way quiet">Other words are the way. Nothing else is against it.</p>;
  return <Way desk={desk} draft={draft} />;
}

/** What a card says of each verdict: what would happen. */
const would: Partial<Record<Verdict, string>> = {
  commit: "would commit",
  hold: "would wait to be confirmed",
  rewrite: "rewrite the text",
  revert: "revert: back to the fallback",
  halt: "halt: a person decides",
  escalate: "escalate: raises an alert",
  freeze: "freeze: stops everything",
};

function isWelcome(verdict: Verdict | undefined): boolean {
  return verdict === "commit" || verdict === "hold";
}

function buttonText(action: Action, verdict: Verdict | undefined): string {
  if (verdict !== undefined && !isWelcome(verdict)) return "Propose anyway";
  const name = action.title ? `“${action.title}”` : titleOf(action);
  return verdict === "hold" ? `Propose ${name}, to wait` : `Propose ${name}`;
}
