// This file shows a bundle's rules in the order in which they decide: by level, strongest first.

import type { Level } from "@holdfast/web";
import type { Desk } from "../session/desk.js";
import type { Constraint, Info } from "../bundle/info.js";
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
      {levels.map((level) => {
        const list = info.constraints.filter((constraint) => constraint.level === level);
        const moves = level === "physical" ? info.state.filter((variable) => variable.moves !== undefined) : [];
        if (list.length + moves.length === 0) return null;
        return (
          <section key={level} aria-labelledby={`level-${level}`}>
            <h2 id={`level-${level}`}>
              {level} <span class="quiet">{levelMeaning[level as Level]}</span>
            </h2>
            <ul class="rule-list">
              {list.map((constraint) => (
                <Rule
                  key={constraint.id}
                  constraint={constraint}
                  info={info}
                  times={governed.get(constraint.id) ?? 0}
                />
              ))}
              {moves.map(({ name, moves, type }) => (
                <li key={name} class="panel">
                  <h3>How {plain(name)} may move</h3>
                  <p class="rule">
                    <span class="id">{moves!.id || `moves:${name}`}</span>{" "}
                    <span class="quiet">
                      {count(moves!.allow.length, "move")} of {plain(name)}, and no others
                    </span>
                  </p>
                  <p class="moves">
                    {moves!.allow
                      .map(([from, to]) => `${memberTitle(type, from)} → ${memberTitle(type, to)}`)
                      .join(", ")}
                  </p>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      <section aria-labelledby="patterns">
        {info.patterns.length > 0 && (
          <>
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
          </>
        )}
      </section>
    </div>
  );
}

function Rule({ constraint, info, times }: { constraint: Constraint; info: Info; times: number }) {
  const { id, title, about, kind, on, source, verdict } = constraint;
  return (
    <li class="panel">
      <h3>{title || id}</h3>
      <p class="rule">
        <span class="id">{id}</span>
        {verdict !== undefined ? (
          <VerdictMark verdict={verdict as "reject"} say={`otherwise ${verdict}`} />
        ) : (
          <span class="level">weight {constraint.weight}</span>
        )}
        {times > 0 && <span class="tag">governed {count(times, "decision")}</span>}
      </p>
      {about !== "" && <p>{about}</p>}
      <p class="quiet">
        {on.length === info.actions.length || on.length === 0
          ? "On every action"
          : `On ${on.map((name) => actionTitle(info, name)).join(", ")}`}
        :{" "}
        {kind === "prefer"
          ? "rather"
          : kind === "always"
            ? "in every state"
            : kind === "ensure"
              ? "between before and after"
              : "before it"}
      </p>
      <pre tabIndex={0} aria-label={`The expression of ${id}`}>
        {source}
      </pre>
    </li>
  );
}
