// This file shows the way to where a proposal would commit: steps that can be taken, or who may do it instead.

import { useEffect, useState } from "preact/hooks";
import type { Path, ProposalDocument } from "@holdfast/web";
import { announce } from "../app/app.js";
import type { Info } from "../bundle/info.js";
import { actionTitle, agentTitle, argsText } from "../bundle/titles.js";
import { Icon } from "../parts/icons.js";
import { later } from "../parts/idle.js";
import { wayTo } from "../session/ask.js";
import type { Desk, Draft } from "../session/desk.js";

/** Who may propose it instead. */
export function Others({ desk, kinds }: { desk: Desk; kinds: readonly string[] }) {
  if (kinds.length === 0) return <p class="way quiet">No agent can do it as things are now.</p>;
  return (
    <div class="way">
      <p class="how">The way to it</p>
      <div class="row">
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            class="plain"
            onClick={(event) => {
              keepFocus(event.currentTarget);
              desk.act(kind);
            }}
          >
            Act as {agentTitle(desk.info, kind)}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Keeps the focus in the card when a button of the way is gone once it is pressed. */
function keepFocus(button: HTMLElement): void {
  button.closest<HTMLElement>(".answer")?.focus({ preventScroll: true });
}

/** What was found: the actor's own way, and which other agents have one where the actor has none. */
interface Found {
  readonly path: Path | undefined;
  readonly others: readonly string[];
}

/** How long nothing changes before a way is searched for, in milliseconds: not at every key. */
const pause = 150;

/** Searches for the way; undefined while it looks. */
function useWay(desk: Desk, draft: Draft): Found | undefined {
  const moment = desk.moment.value;
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    setFound(undefined);
    const agents = desk.info.agents.filter(({ name }) => name !== draft.actor.kind);
    const others = agents.map(({ name }) => ({ ...draft, actor: { kind: name, id: name } }));
    const able: string[] = [];
    let cancel = (): void => undefined;
    // Each search may take as long as a decision is allowed to, so they are made one by one when nothing
    // else is to be done.
    const searchOthers = (path: Path | undefined, i: number): void => {
      const other = others[i];
      if (other === undefined) return setFound({ path, others: able });
      if (wayTo(desk, other)?.found === true) able.push(other.actor.kind);
      cancel = later(() => searchOthers(path, i + 1));
    };
    const search = (): void => {
      const path = wayTo(desk, draft);
      if (path?.found === true) setFound({ path, others: [] });
      else cancel = later(() => searchOthers(path, 0));
    };
    const timer = setTimeout(() => (cancel = later(search)), pause);
    return () => {
      clearTimeout(timer);
      cancel();
    };
  }, [desk, moment, draft]);
  return found;
}

/** The steps that lead to where a proposal would commit; each can be taken. */
export function Way({ desk, draft }: { desk: Desk; draft: Draft }) {
  const found = useWay(desk, draft);
  if (found === undefined) return <p class="way quiet">Looking for a way…</p>;
  const { path, others } = found;
  if (path?.found !== true && others.length > 0) return <Others desk={desk} kinds={others} />;
  if (path?.found !== true) return <NoWay info={desk.info} path={path} draft={draft} />;
  const now = desk.time();
  if (path.steps.length > 0) return <Steps desk={desk} path={path} now={now} />;
  if (path.when > now) return <p class="way quiet">It has to wait until {moment(path.when)}.</p>;
  return path.verdict === "hold" ? <p class="way quiet">Once proposed, it waits until it is confirmed.</p> : null;
}

function NoWay({ info, path, draft }: { info: Info; path: Path | undefined; draft: Draft }) {
  const variant = path?.variant?.proposal;
  if (variant !== undefined)
    return <p class="way quiet">No way was found as it is. It would commit {differenceOf(info, variant, draft)}.</p>;
  return (
    <p class="way quiet">
      {path?.bounded === true
        ? "No way to it was found, though not everything was tried."
        : "Nothing that can be done now leads to it. Not acting is a correct outcome."}
    </p>
  );
}

function Steps({ desk, path, now }: { desk: Desk; path: Path; now: number }) {
  const { info } = desk;
  const take = async ({ action, actor, args, reasons }: ProposalDocument): Promise<void> => {
    const entry = await desk.propose({ action, actor, args, reasons });
    if (entry !== undefined) announce(`${actionTitle(info, action)}: ${entry.decision.verdict}.`);
  };
  const isLater = path.when > Math.max(now, ...path.steps.map(({ at }) => at));
  return (
    <div class="way">
      <p class="how">The way to it</p>
      <ol>
        {path.steps.map((step, i) => (
          <li key={i}>
            <button
              type="button"
              class="step"
              disabled={i > 0 || step.at > now || !desk.moment.value.open}
              aria-disabled={desk.busy.value}
              onClick={(event) => {
                keepFocus(event.currentTarget);
                void take(step);
              }}
            >
              <span class="n" aria-hidden="true">
                {i + 1}
              </span>
              <span class="what">
                {actionTitle(info, step.action)}{" "}
                {Object.keys(step.args).length > 0 && <small>{argsText(info, step.action, step.args)}</small>}
              </span>
              <span class="who">
                as {agentTitle(info, step.actor.kind)}
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
            {isLater ? ` from ${moment(path.when)} on` : ""}
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
function differenceOf(info: Info, { actor, reasons }: ProposalDocument, draft: Draft): string {
  const who = actor.id === draft.actor.id ? "" : `by another ${agentTitle(info, actor.kind)} (${actor.id})`;
  const why = reasons.join() === draft.reasons.join() ? "" : because(reasons).trim();
  return [who, why].filter((text) => text !== "").join(", ");
}
