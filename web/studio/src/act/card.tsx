// This file defines Card: an action, what it would get if it were proposed now, why, and
// the way to where it would commit.

import { useEffect, useMemo, useState } from "preact/hooks";
import { Decision, HoldfastError, forPeople, type Path, type ProposalDocument, type Verdict } from "@holdfast/web";
import { announce } from "../app/app.js";
import { told } from "../server/api.js";
import { steady, type Desk } from "../session/desk.js";
import { Field } from "./field.js";
import { firstArgs, reasonsOf } from "../bundle/form.js";
import type { Action, Info } from "../bundle/info.js";
import { Icon, VerdictMark } from "../parts/icons.js";
import { later } from "../parts/idle.js";
import { Why } from "./why.js";
import { actionTitle, agentTitle, argsText, titleOf } from "../bundle/titles.js";
import { meaning } from "../bundle/words.js";

/** What a proposal would get, or why it is none. */
export type Answer =
  | { readonly decision: Decision; readonly error?: undefined }
  | { readonly decision?: undefined; readonly error: { code: string; say: string; path: string } };

export function ask(
  desk: Desk,
  draft: { action: string; actor: { kind: string; id: string }; args: object; reasons: readonly string[] },
): Answer {
  const { session, past, view } = desk.moment.value;
  try {
    return { decision: steady(() => session.why({ ...draft, at: past ? view.at : desk.now() } as ProposalDocument)) };
  } catch (thrown) {
    return { error: { ...told(thrown), path: thrown instanceof HoldfastError ? thrown.path : "" } };
  }
}

export function Card({ desk, action }: { desk: Desk; action: Action }) {
  const { past, version, view } = desk.moment.value;
  const actor = desk.actor.value;
  const reasons = desk.reasons.value;
  const first = useMemo(() => firstArgs(desk.document, action), [desk, action]);
  const filled = desk.forms.value[action.name];
  const args = useMemo(() => ({ ...first, ...filled }), [first, filled]);
  const draft = useMemo(
    () => ({ action: action.name, actor, args, reasons: reasonsOf(reasons) }),
    [action, actor, args, reasons],
  );
  const answer = useMemo(() => ask(desk, draft), [desk, version, draft]);
  const { decision, error } = answer;
  const verdict: Verdict | undefined = decision?.verdict;

  const propose = async (): Promise<void> => {
    const entry = await desk.propose(draft);
    if (entry === undefined) return;
    const { verdict, seq, violations } = entry.decision;
    announce(`Decision ${seq}: ${verdict}. ${forPeople(violations)[0]?.say ?? meaning[verdict]}`);
  };

  return (
    <article
      class={`card is-${verdict ?? "wrong"}`}
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
          {action.args.length > 0 && (
            <div class="fields">
              {action.args.map((arg) => (
                <Field
                  key={arg.name}
                  arg={arg}
                  value={args[arg.name]}
                  onChange={(value) => desk.fill(action.name, arg.name, value)}
                  spans={(decision?.violations ?? [])
                    .flatMap((violation) => violation.spans)
                    .filter((span) => span.path === `args.${arg.name}`)}
                  error={error?.path === `args.${arg.name}` ? error.say : ""}
                />
              ))}
            </div>
          )}
          <footer>
            <button
              type="submit"
              class={verdict === "commit" || verdict === "hold" ? "primary" : "plain"}
              disabled={past || decision === undefined || desk.busy.value}
            >
              {verdict === "commit" || verdict === undefined
                ? `Propose ${named(action)}`
                : verdict === "hold"
                  ? `Propose ${named(action)}, to wait`
                  : "Propose anyway"}
            </button>
            <span class="by">
              {action.by.length === desk.info.agents.length
                ? "anyone may ask"
                : `for ${action.by.map((kind) => agentTitle(desk.info, kind)).join(", ")}`}
            </span>
          </footer>
        </div>
        <div class="answer">
          {verdict !== undefined ? (
            <VerdictMark verdict={verdict} say={would[verdict]} />
          ) : (
            <span class="verdict v-wrong">not yet a proposal</span>
          )}
          {decision !== undefined && <Why info={desk.info} decision={decision.document} />}
          {error !== undefined && !error.path.startsWith("args.") && (
            <p class="say">
              {error.say} <span class="id">{error.code}</span>
            </p>
          )}
          {verdict === "commit" && decision!.changes.length === 0 && (
            <p class="quiet">It changes nothing but the record.</p>
          )}
          {decision !== undefined &&
            verdict !== "commit" &&
            !view.frozen &&
            !desk.halted.value &&
            (decision.violations.some(({ id }) => id === `by:${action.name}`) && verdict !== "hold" ? (
              <Others desk={desk} kinds={ableOf(desk, action, draft)} />
            ) : verdict === "rewrite" && decision.violations.every((violation) => violation.verdict === "rewrite") ? (
              <p class="way quiet">Other words are the way. Nothing else stands against it.</p>
            ) : (
              <Way desk={desk} draft={draft} version={version} />
            ))}
        </div>
      </form>
    </article>
  );
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

/** A title in quotes, or a name: as the button says it. */
function named(action: Action): string {
  return action.title ? `“${action.title}”` : titleOf(action);
}

/** Who may do it, of those that may propose it: where the state lets nobody, those whom only the state keeps from it. */
function ableOf(desk: Desk, action: Action, draft: Parameters<typeof ask>[1]): readonly string[] {
  const answers = action.by.map((kind) => {
    const { decision } = ask(desk, { ...draft, actor: { kind, id: kind } });
    return {
      kind,
      against: decision?.violations.filter(({ verdict }) => verdict !== "hold").map(({ id }) => id) ?? [],
    };
  });
  // What stands against everybody is the state's.
  const everybodys = (id: string): boolean => answers.every(({ against }) => against.includes(id));
  return answers.filter(({ against }) => against.every(everybodys)).map(({ kind }) => kind);
}

/** Who may propose it instead. */
function Others({ desk, kinds }: { desk: Desk; kinds: readonly string[] }) {
  return (
    <div class="way">
      <p class="how">The way to it</p>
      <div class="row">
        {kinds.map((kind) => (
          <button key={kind} type="button" class="plain" onClick={() => desk.act(kind)}>
            Act as {agentTitle(desk.info, kind)}
          </button>
        ))}
      </div>
    </div>
  );
}

function pathOf(desk: Desk, draft: object): Path | undefined {
  const { session, past, view } = desk.moment.value;
  try {
    return steady(() => session.path({ ...draft, at: past ? view.at : desk.now() } as ProposalDocument));
  } catch {
    return undefined; // it is no proposal, or the engine cannot say
  }
}

/** How long nothing changes before a way is searched for, in milliseconds: not at every key. */
const pause = 150;

/** The steps that lead to where a proposal would commit; each can be taken. */
function Way({
  desk,
  draft,
  version,
}: {
  desk: Desk;
  draft: { action: string; actor: { kind: string; id: string }; args: object; reasons: readonly string[] };
  version: number;
}) {
  const [path, setPath] = useState<Path | "looking" | "none">("looking");
  const [others, setOthers] = useState<readonly string[]>([]);
  useEffect(() => {
    setPath("looking");
    // Each search may take as long as a decision is allowed to, so they are made one by one when nothing else is to be done.
    const searches = [
      draft,
      ...desk.info.agents
        .filter(({ name }) => name !== draft.actor.kind)
        .map(({ name }) => ({ ...draft, actor: { kind: name, id: name } })),
    ];
    const able: string[] = [];
    let own: Path | undefined;
    let cancel = (): void => undefined;
    const search = (i: number): void => {
      const found = pathOf(desk, searches[i]!);
      if (i === 0) own = found;
      else if (found?.found === true) able.push(searches[i]!.actor.kind);
      if (own?.found !== true && i + 1 < searches.length)
        cancel = later(() => search(i + 1)); // where this actor has no way, somebody else may
      else {
        setOthers(able);
        setPath(own ?? "none");
      }
    };
    const timer = setTimeout(() => (cancel = later(() => search(0))), pause);
    return () => {
      clearTimeout(timer);
      cancel();
    };
  }, [desk, version, draft]);

  if (path === "looking") return <p class="way quiet">Looking for a way…</p>;
  if ((path === "none" || !path.found) && others.length > 0) return <Others desk={desk} kinds={others} />;
  if (path !== "none" && path.variant !== null)
    return (
      <p class="way quiet">
        As it is there is no way that was found. It would commit {variation(desk.info, path.variant.proposal, draft)}.
      </p>
    );
  if (path === "none" || !path.found)
    return (
      <p class="way quiet">
        {path !== "none" && path.bounded
          ? "No way to it was found, though not everything was tried."
          : "Nothing that can be done now leads to it. Not acting is a correct outcome."}
      </p>
    );
  const now = desk.now();
  if (path.steps.length === 0 && path.when > now)
    return <p class="way quiet">It has to wait until {moment(path.when)}.</p>;
  if (path.steps.length === 0)
    return path.verdict === "hold" ? <p class="way quiet">It waits, once proposed, until it is confirmed.</p> : null;
  const take = async (step: ProposalDocument): Promise<void> => {
    const entry = await desk.propose({
      action: step.action,
      actor: step.actor,
      args: step.args,
      reasons: step.reasons,
    });
    if (entry !== undefined) announce(`${actionTitle(desk.info, step.action)}: ${entry.decision.verdict}.`);
  };
  return (
    <div class="way">
      <p class="how">The way to it</p>
      <ol>
        {path.steps.map((step, i) => (
          <li key={i}>
            <button
              type="button"
              class="step"
              disabled={i > 0 || step.at > now || desk.moment.value.past || desk.busy.value}
              onClick={() => void take(step)}
            >
              <span class="n" aria-hidden="true">
                {i + 1}
              </span>
              <span class="what">
                {actionTitle(desk.info, step.action)}{" "}
                {Object.keys(step.args).length > 0 && <small>{argsText(desk.info, step.action, step.args)}</small>}
              </span>
              <span class="who">
                as {agentTitle(desk.info, step.actor.kind)}
                {step.actor.id !== step.actor.kind ? ` ${step.actor.id}` : ""}
                {because(step.reasons)}
                {step.at > now ? ` from ${moment(step.at)} on` : ""}
              </span>
              {i === 0 && <Icon name="next" size={14} />}
            </button>
          </li>
        ))}
        <li class="goal">
          <span class="n" aria-hidden="true">
            {path.steps.length + 1}
          </span>
          <span class="what">
            then this {path.verdict === "hold" ? "waits to be confirmed" : "commits"}
            {path.when > Math.max(now, ...path.steps.map(({ at }) => at)) ? ` from ${moment(path.when)} on` : ""}
          </span>
        </li>
      </ol>
    </div>
  );
}

/** A time of a way, in UTC as what a bundle says of times is. */
function moment(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Why a step is taken, where it is not for a request. */
function because(reasons: readonly string[]): string {
  if (reasons.length === 1 && reasons[0] === "request") return "";
  return reasons.length === 0 ? " without a reason" : ` because of ${reasons.join(", ")}`;
}

/** What is different about a proposal that would do in place of another. */
function variation(
  info: Info,
  { actor, reasons }: ProposalDocument,
  draft: { actor: { kind: string; id: string }; reasons: readonly string[] },
): string {
  const who = actor.id === draft.actor.id ? "" : `by another ${agentTitle(info, actor.kind)} (${actor.id})`;
  return [who, reasons.join() === draft.reasons.join() ? "" : because(reasons).trim()]
    .filter((text) => text !== "")
    .join(", ");
}
