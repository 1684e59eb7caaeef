// This file shows a bundle's rules in the order in which they decide: by level, strongest first.

import type { Level } from "@holdfast/web";
import type { Desk } from "../session/desk.js";
import type { Constraint, Info, Variable } from "../bundle/info.js";
import { actionTitle, memberTitle } from "../bundle/titles.js";
import { count, levelMeaning, levels, plain } from "../bundle/words.js";
import { VerdictMark } from "../parts/icons.js";

export function Rules({ desk }: { desk: Desk }) {
  const { info } = desk;
  const governed = new Map<string, number>();
  for (const { decision } of desk.log.value)
    governed.set(decision.governing, (governed.get(decision.governing) ?? 0) + 1);
  return (
    <div class="rules">
      <header class="page-title">
        <h1>Rules of {info.title || plain(info.bundle)}</h1>
        <p class="lead">{info.about}</p>
        <p class="quiet">
          All of them are looked at each time. Where several do not hold, the strongest level governs, and the others
          are told as well.
        </p>
      </header>
      {levels.map((level) => (
        <OfLevel key={level} level={level} info={info} governed={governed} />
      ))}
      {info.patterns.length > 0 && <Patterns info={info} />}
    </div>
  );
}

/** The rules of a level; what may move belongs to what cannot be otherwise. */
function OfLevel({ level, info, governed }: { level: Level; info: Info; governed: ReadonlyMap<string, number> }) {
  const rules = info.constraints.filter((constraint) => constraint.level === level);
  const moving = level === "physical" ? info.state.filter((variable) => variable.moves !== undefined) : [];
  if (rules.length + moving.length === 0) return null;
  return (
    <section aria-labelledby={`level-${level}`}>
      <h2 id={`level-${level}`}>
        {level} <span class="quiet">{levelMeaning[level]}</span>
      </h2>
      <ul class="rule-list">
        {rules.map((rule) => (
          <Rule key={rule.id} constraint={rule} info={info} times={governed.get(rule.id) ?? 0} />
        ))}
        {moving.map((variable) => (
          <Moves key={variable.name} variable={variable} />
        ))}
      </ul>
    </section>
  );
}

function Moves({ variable: { name, moves, type } }: { variable: Variable }) {
  const { id, allow } = moves!;
  return (
    <li class="panel">
      <h3>How {plain(name)} may move</h3>
      <p class="rule">
        <span class="id">{id || `moves:${name}`}</span>{" "}
        <span class="quiet">
          {count(allow.length, "move")} of {plain(name)}, and no others
        </span>
      </p>
      <p class="moves">
        {allow.map(([from, to]) => `${memberTitle(type, from)} → ${memberTitle(type, to)}`).join(", ")}
      </p>
    </li>
  );
}

function Rule({ constraint, info, times }: { constraint: Constraint; info: Info; times: number }) {
  const { id, title, about, source, verdict } = constraint;
  return (
    <li class="panel">
      <h3>{title || id}</h3>
      <p class="rule">
        {title !== "" && <span class="id">{id}</span>}
        {verdict !== undefined ? (
          <VerdictMark verdict={verdict} say={`otherwise ${verdict}`} />
        ) : (
          <span class="level">weight {constraint.weight}</span>
        )}
        {times > 0 && <span class="tag">governed {count(times, "decision")}</span>}
      </p>
      {about !== "" && <p>{about}</p>}
      <p class="quiet">{whenOf(constraint, info)}</p>
      <pre tabIndex={0} aria-label={`The expression of ${id}`}>
        {source}
      </pre>
    </li>
  );
}

/** When a rule is looked at, and of which actions. */
function whenOf({ kind, on }: Constraint, info: Info): string {
  if (kind === "always") return "Holds in every state";
  const every = on.length === 0 || on.length === info.actions.length;
  const actions = every ? "every action" : on.map((name) => actionTitle(info, name)).join(", ");
  if (kind === "prefer") return `Preferred of ${actions}`;
  return kind === "ensure" ? `Holds between before and after ${actions}` : `Holds before ${actions}`;
}

function Patterns({ info }: { info: Info }) {
  return (
    <section aria-labelledby="patterns">
      <h2 id="patterns">
        language{" "}
        <span class="quiet">
          What rules look for in texts. Case, blanks and invisible characters make no difference.
        </span>
      </h2>
      <dl class="panel patterns">
        {info.patterns.map(({ name, about }) => (
          <div key={name}>
            <dt>{plain(name)}</dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
