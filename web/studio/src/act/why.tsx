// This file shows why: what governs, what it read, what else speaks against it, and what
// would change.

import { forPeople, type Change, type DecisionDocument, type Violation } from "@holdfast/web";
import type { Info, Type } from "../bundle/info.js";
import { VerdictMark } from "../parts/icons.js";
import { actionTitle, typeAt, valueText } from "../bundle/titles.js";
import { builtIn, clip, count, plain, termValue } from "../bundle/words.js";

/** All that a decision says of its reasons. */
export function Why({
  info,
  decision,
  brief = false,
}: {
  info: Info;
  decision: Pick<DecisionDocument, "violations" | "advice" | "changes" | "verdict">;
  brief?: boolean;
}) {
  const [first, ...others] = forPeople(decision.violations);
  const governing = decision.violations[0];
  return (
    <>
      {first !== undefined && <Reason info={info} violation={first} leads governs={first === governing} />}
      {others.length > 0 && (
        <details class="more">
          <summary>{count(others.length, "more reason")}</summary>
          <ul class="others">
            {others.map((violation, i) => (
              <li key={i}>
                <Reason info={info} violation={violation} governs={violation === governing} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {decision.changes.length > 0 && !brief && (
        <Changes info={info} changes={decision.changes} verdict={decision.verdict} />
      )}
      {decision.advice.map((advice) => (
        <p key={advice.id} class="advice">
          <span class="id">{advice.id}</span> Rather not: {advice.say || titleOf(info, advice.id)}
          {advice.code !== undefined && <span class="code"> ({advice.code})</span>}
        </p>
      ))}
    </>
  );
}

/** One violated constraint. */
function Reason({
  info,
  violation,
  leads = false,
  governs,
}: {
  info: Info;
  violation: Violation;
  leads?: boolean;
  governs: boolean;
}) {
  const declared = info.constraints.find(({ id }) => id === violation.id);
  const title = titleOf(info, violation.id);
  return (
    <div class={leads ? "reason governs" : "reason"}>
      <p class="say">{violation.say || title || "This does not hold."}</p>
      <p class="rule">
        <span class="id">{violation.id}</span>
        {title !== "" && <span class="title">{title}</span>}
        <span class="level">{violation.level}</span>
        {!governs && <VerdictMark verdict={violation.verdict} say={`alone: ${violation.verdict}`} />}
      </p>
      {violation.code !== "" && (
        <p class="code">It could not be evaluated ({violation.code}), so it counts as violated.</p>
      )}
      {violation.terms.length > 0 && <Terms terms={violation.terms} />}
      {leads && declared !== undefined && (
        <details class="more">
          <summary>The rule itself</summary>
          {declared.about !== "" && <p>{declared.about}</p>}
          <pre tabIndex={0}>{declared.source}</pre>
        </details>
      )}
    </div>
  );
}

function titleOf(info: Info, id: string): string {
  const declared = info.constraints.find((constraint) => constraint.id === id);
  return declared?.title || builtIn(id, (action) => actionTitle(info, action)) || movesTitle(info, id);
}

/** A move's own id is no constraint's. */
function movesTitle(info: Info, id: string): string {
  const variable = info.state.find(({ moves, never }) => moves?.id === id || never.some((move) => move.id === id));
  return variable === undefined ? "" : `How “${plain(variable.name)}” may move`;
}

/** The values an expression read. */
function Terms({ terms }: { terms: Violation["terms"] }) {
  return (
    <dl class="terms" aria-label="Values read">
      {terms.map(([path, value], i) => (
        <div key={i}>
          <dt>{path}</dt>
          <dd>{termValue(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Changes({ info, changes, verdict }: { info: Info; changes: readonly Change[]; verdict: string }) {
  return (
    <ul class="changes" aria-label={verdict === "revert" ? "What returning to the fallback changes" : "What changes"}>
      {changes.map((change, i) => (
        <li key={i}>
          <span class="path">{change.path}</span> <ChangeText change={change} type={typeAt(info, change.path)} />
        </li>
      ))}
    </ul>
  );
}

function ChangeText({ change, type }: { change: Change; type: Type | undefined }) {
  const text = (value: unknown): string => clip(valueText(type, value), 70);
  if (!("from" in change)) return <span>+ {text(change.append)}</span>;
  return (
    <span>
      {text(change.from)} <span class="arrow">→</span> <strong>{text(change.to)}</strong>
    </span>
  );
}
