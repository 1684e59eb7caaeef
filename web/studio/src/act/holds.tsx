// This file shows what waits, to be confirmed or declined.

import { useEffect, useState } from "preact/hooks";
import { forPeople, type Parked } from "@holdfast/web";
import { announce } from "../app/app.js";
import { ask } from "../session/ask.js";
import type { Desk, Draft } from "../session/desk.js";
import { reasonsOf } from "../bundle/form.js";
import { Icon } from "../parts/icons.js";
import { actionTitle, agentTitle, argsText } from "../bundle/titles.js";
import { short, span } from "../bundle/words.js";

export function Holds({ desk }: { desk: Desk }) {
  const { view } = desk.moment.value;
  const waits = view.holds.length > 0;
  const [, setTime] = useState(0);
  useEffect(() => {
    if (!waits) return;
    const clock = setInterval(() => setTime(Date.now()), 5000); // how long it still waits
    return () => clearInterval(clock);
  }, [waits]);
  if (!waits) return null;
  return (
    <section class="panel holds" aria-labelledby="holds-title">
      <h2 id="holds-title">
        <Icon name="hold" />{" "}
        {view.holds.length === 1
          ? "One proposal waits to be confirmed"
          : `${view.holds.length} proposals wait to be confirmed`}
      </h2>
      <ul>
        {view.holds.map((hold) => (
          <Hold key={hold.seq} desk={desk} hold={hold} />
        ))}
      </ul>
    </section>
  );
}

interface Waits {
  readonly desk: Desk;
  readonly hold: Parked;
}

function Hold({ desk, hold }: Waits) {
  const { past, view } = desk.moment.value;
  const { action, args, actor: by } = hold.proposal;
  const say = desk.log.value[hold.seq - 1]?.decision.violations[0]?.say ?? "";
  const over = desk.time() >= hold.expires;
  return (
    <li class="hold" tabIndex={-1}>
      <p class="what">
        <strong>{actionTitle(desk.info, action)}</strong> {argsText(desk.info, action, args)}
      </p>
      <p class="who">
        proposed by {agentTitle(desk.info, by.kind)}
        {by.id !== by.kind && ` ${by.id}`} as decision {hold.seq};{" "}
        {over ? "its time is over" : `waits ${span(hold.expires - (past ? view.at : Date.now()))} more`}
      </p>
      {say !== "" && <p class="say">{say}</p>}
      <Answers desk={desk} hold={hold} over={over} />
    </li>
  );
}

/** What the actor can answer, or who can; and what comes of confirming now. */
function Answers({ desk, hold, over }: Waits & { over: boolean }) {
  const { open } = desk.moment.value;
  const actor = desk.actor.value;
  const reasons = reasonsOf(desk.reasons.value);
  const mine = hold.by.includes(actor.kind);
  const confirm = { action: "confirm", actor, args: { hold: hold.seq, digest: hold.digest }, reasons };
  const { decision } = mine ? ask(desk, confirm) : {};
  const ends = desk.info.hold.by; // a server ends it by itself, as this agent
  const propose = async (draft: Draft): Promise<void> => {
    const entry = await desk.propose(draft);
    if (entry === undefined) return;
    const { verdict, violations } = entry.decision;
    announce(`${actionTitle(desk.info, draft.action)}: ${verdict}. ${forPeople(violations)[0]?.say ?? ""}`);
  };
  const button = (say: string, draft: Draft, style = "plain") => (
    <button
      type="button"
      class={style}
      disabled={!open}
      aria-disabled={desk.busy.value}
      onClick={() => void propose(draft)}
    >
      {say}
    </button>
  );
  const answerAs = (button: HTMLElement, kind: string): void => {
    button.closest<HTMLElement>(".hold")?.focus({ preventScroll: true }); // the button is gone by then
    desk.act(kind);
  };
  const named = { actor, args: { hold: hold.seq }, reasons };
  return (
    <>
      {decision !== undefined && decision.verdict !== "commit" && (
        <p class="note">
          Confirmed now, it would {decision.verdict}: {forPeople(decision.violations)[0]?.say}{" "}
          <span class="id">{decision.governing}</span>
        </p>
      )}
      <div class="row">
        {mine && button("Confirm exactly this", confirm, "primary")}
        {mine && button("Decline", { ...named, action: "decline" })}
        {!mine &&
          hold.by.map((kind) => (
            <button
              key={kind}
              type="button"
              class="plain"
              disabled={!open}
              onClick={(event) => answerAs(event.currentTarget, kind)}
            >
              Act as {agentTitle(desk.info, kind)} to answer
            </button>
          ))}
        {over && (ends === undefined || ends === actor.kind) && button("Let it expire", { ...named, action: "expire" })}
        <code title={hold.digest}>{short(hold.digest)}</code>
      </div>
    </>
  );
}
