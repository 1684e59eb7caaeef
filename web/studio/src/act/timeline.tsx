// This file shows the log: every decision, whether browser and server came to the same
// bytes, and the way back to any moment.

import { useRef, useState } from "preact/hooks";
import { forPeople } from "@holdfast/web";
import { announce } from "../app/app.js";
import type { Desk, Entry } from "../session/desk.js";
import { Icon, VerdictMark } from "../parts/icons.js";
import type { Info } from "../bundle/info.js";
import { actionTitle, agentTitle, argsText } from "../bundle/titles.js";
import { short, timeOf } from "../bundle/words.js";
import { Why } from "./why.js";

/** How many are shown until more are asked for. */
const page = 100;

export function Timeline({ desk }: { desk: Desk }) {
  const log = desk.log.value;
  const at = desk.at.value;
  const [most, setMost] = useState(page);
  const list = useRef<HTMLOListElement>(null);
  const shown = at ?? log.length;
  const entries = log.slice(-most).reverse();

  const travel = (n: number | undefined): void => {
    desk.travel(n);
    announce(desk.at.value === undefined ? "Back to now." : `You look at the past, after decision ${desk.at.value}.`);
  };
  /** Arrow keys go through the list; Home and End to its ends. */
  const key = (event: KeyboardEvent): void => {
    const items = [...list.current!.querySelectorAll<HTMLButtonElement>("button.moment")];
    const i = items.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: items.length - 1 }[event.key];
    if (i < 0 || to === undefined) return;
    event.preventDefault();
    items[Math.max(0, Math.min(to, items.length - 1))]?.focus();
  };
  return (
    <section class="panel timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">
        Decisions <span class="tag">{log.length}</span>
      </h2>
      {log.length === 0 ? (
        <p class="quiet">
          Nothing is decided yet. Every proposal is recorded here, refused ones too, and you can come back to any
          moment.
        </p>
      ) : (
        <ol ref={list} onKeyDown={key} reversed>
          {entries.map((entry) => (
            <Item
              key={entry.decision.seq}
              info={desk.info}
              entry={entry}
              current={entry.decision.seq === shown}
              future={entry.decision.seq > shown}
              onTravel={() => travel(entry.decision.seq)}
            />
          ))}
          {most < log.length ? (
            <li>
              <button type="button" class="plain" onClick={() => setMost(most + page)}>
                Show {Math.min(page, log.length - most)} earlier
              </button>
            </li>
          ) : (
            <li class="start">
              <button
                type="button"
                class="moment"
                aria-current={shown === 0 ? "step" : undefined}
                tabIndex={shown === 0 ? 0 : -1}
                onClick={() => travel(0)}
                disabled={desk.earliest > 0}
              >
                <span class="dot" />
                <span class="what">The beginning</span>
              </button>
            </li>
          )}
        </ol>
      )}
    </section>
  );
}

function Item({
  info,
  entry,
  current,
  future,
  onTravel,
}: {
  info: Info;
  entry: Entry;
  current: boolean;
  future: boolean;
  onTravel: () => void;
}) {
  const { decision, digest, parity } = entry;
  const say = forPeople(decision.violations)[0]?.say ?? "";
  const args = argsText(info, decision.action, decision.args);
  return (
    <li class={`${future ? "future" : ""} ${current ? "here" : ""}`}>
      <button
        type="button"
        class="moment"
        aria-current={current ? "step" : undefined}
        tabIndex={current ? 0 : -1}
        onClick={onTravel}
        title="Look at the session as it was after this decision"
      >
        <span class={`dot v-${decision.verdict}`} />
        <span class="head">
          <span class="seq">{decision.seq}</span>
          <VerdictMark verdict={decision.verdict} />
          <time dateTime={new Date(decision.at).toISOString()}>{timeOf(decision.at)}</time>
        </span>
        <span class="what">
          {actionTitle(info, decision.action)} {args !== "" && decision.action !== "confirm" && <small>{args}</small>}
        </span>
        <span class="who">
          {agentTitle(info, decision.actor.kind)}
          {decision.actor.id !== decision.actor.kind && ` ${decision.actor.id}`}
          {decision.governing !== "" && <span class="id">{decision.governing}</span>}
        </span>
        {say !== "" && <span class="say">{say}</span>}
        <span class={`parity ${parity}`}>
          <Icon name={parity === "local" ? "lock" : "same"} size={13} />
          {parity === "local" ? "decided in this page only" : "same bytes here and on the server"}
          <code title={digest}>{short(digest)}</code>
        </span>
      </button>
      {current && <Whole info={info} entry={entry} />}
    </li>
  );
}

/** Everything a decision says. */
function Whole({ info, entry }: { info: Info; entry: Entry }) {
  const { decision, digest, text } = entry;
  return (
    <details class="entire">
      <summary>All that decision {decision.seq} says</summary>
      <Why info={info} decision={decision} />
      <dl class="digests">
        {[
          ["this decision", digest],
          ["the one before", decision.prev],
          ["the proposal", decision.proposal],
          ["the state after it", decision.state],
        ].map(([what, value]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd title={value}>{short(value!)}</dd>
          </div>
        ))}
      </dl>
      <pre tabIndex={0} aria-label="Its bytes">
        {text}
      </pre>
    </details>
  );
}
