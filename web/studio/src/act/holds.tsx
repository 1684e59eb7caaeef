// This file shows what waits, to be confirmed or declined.

import { useEffect, useState } from "preact/hooks";
import { forPeople, type Parked } from "@holdfast/web";
import { announce } from "../app/app.js";
import { ask } from "./card.js";
import type { Desk } from "../session/desk.js";
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

function Hold({ desk, hold }: { desk: Desk; hold: Parked }) {
  const { past, view } = desk.moment.value;
  const actor = desk.actor.value;
  const reasons = reasonsOf(desk.reasons.value);
  const mine = hold.by.includes(actor.kind);
  const confirm = { action: "confirm", actor, args: { hold: hold.seq, digest: hold.digest }, reasons };
  const answer = mine ? ask(desk, confirm) : undefined;
  const { action, args, actor: by } = hold.proposal;
  const say = desk.log.value[hold.seq - 1]?.decision.violations[0]?.say ?? "";
  const over = desk.now() >= hold.expires;
  const ends = desk.info.hold.by; // a server ends it by itself, as this agent
  const propose = async (action: string, args: object): Promise<void> => {
    const entry = await desk.propose({ action, actor, args: args as Record<string, unknown>, reasons });
    if (entry !== undefined)
      announce(
        `${actionTitle(desk.info, action)}: ${entry.decision.verdict}. ${forPeople(entry.decision.violations)[0]?.say ?? ""}`,
      );
  };
  return (
    <li class="hold">
      <p class="what">
        <strong>{actionTitle(desk.info, action)}</strong> {argsText(desk.info, action, args)}
      </p>
      <p class="who">
        proposed by {agentTitle(desk.info, by.kind)}
        {by.id !== by.kind && ` ${by.id}`} as decision {hold.seq};{" "}
        {over ? "its time is over" : `waits ${span(hold.expires - (past ? view.at : Date.now()))} more`}
      </p>
      {say !== "" && <p class="say">{say}</p>}
      {answer?.decision !== undefined && answer.decision.verdict !== "commit" && (
        <p class="note">
          Confirmed now, it would {answer.decision.verdict}: {forPeople(answer.decision.violations)[0]?.say}{" "}
          <span class="id">{answer.decision.governing}</span>
        </p>
      )}
      <div class="row">
        {mine ? (
          <>
            <button
              type="button"
              class="primary"
              disabled={past || desk.busy.value}
              onClick={() => void propose("confirm", confirm.args)}
            >
              Confirm exactly this
            </button>
            <button
              type="button"
              class="plain"
              disabled={past || desk.busy.value}
              onClick={() => void propose("decline", { hold: hold.seq })}
            >
              Decline
            </button>
          </>
        ) : (
          hold.by.map((kind) => (
            <button key={kind} type="button" class="plain" disabled={past} onClick={() => desk.act(kind)}>
              Act as {agentTitle(desk.info, kind)} to answer
            </button>
          ))
        )}
        {over && (ends === undefined || ends === actor.kind) && (
          <button
            type="button"
            class="plain"
            disabled={past || desk.busy.value}
            onClick={() => void propose("expire", { hold: hold.seq })}
          >
            Let it expire
          </button>
        )}
        <code title={hold.digest}>{short(hold.digest)}</code>
      </div>
    </li>
  );
}
