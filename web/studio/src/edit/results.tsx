// This file shows what came of a text: findings with their places, and how its scenarios ended.

import { useMemo } from "preact/hooks";
import { count } from "../bundle/words.js";
import { Icon } from "../parts/icons.js";
import { Prose } from "../parts/prose.js";
import type { Finding, Outcome, Tested } from "../server/api.js";

type GoTo = (line: number, column: number) => void;

export function errorsOf({ findings }: Tested): number {
  return findings.filter(({ severity }) => severity === "error").length;
}

export function failedOf({ scenarios }: Tested): number {
  return scenarios.filter(({ passed }) => !passed).length;
}

export function Findings({ findings, more, goTo }: { findings: readonly Finding[]; more: number; goTo: GoTo }) {
  const sorted = useMemo(
    () => [...findings].sort((a, b) => (a.severity === b.severity ? 0 : a.severity === "error" ? -1 : 1)),
    [findings],
  );
  if (findings.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="findings-title">
      <h2 id="findings-title">Findings</h2>
      <ul class="findings">
        {sorted.map((finding, i) => (
          <li key={i} class={finding.severity}>
            <button type="button" class="plain" onClick={() => goTo(finding.line, finding.column)}>
              <Icon name={finding.severity === "error" ? "reject" : "escalate"} size={14} />
              <span>
                <span class="hidden">{finding.severity}: </span>
                <Prose text={finding.message} />{" "}
                {finding.hint !== undefined && (
                  <em>
                    <Prose text={finding.hint} />
                  </em>
                )}
                <small>
                  line {finding.line}, column {finding.column} <span class="id">{finding.code}</span>
                </small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {more > 0 && <p class="quiet">And {more} more.</p>}
    </section>
  );
}

export function Scenarios({ result, stale, goTo }: { result: Tested | undefined; stale: boolean; goTo: GoTo }) {
  const scenarios = result?.scenarios ?? [];
  return (
    <section class="panel" aria-labelledby="scenarios-title">
      <h2 id="scenarios-title">
        Scenarios {result !== undefined && scenarios.length > 0 && <span class="quiet">{summaryOf(result)}</span>}
      </h2>
      {scenarios.length === 0 ? (
        <p class="quiet">{whyNone(result)}</p>
      ) : (
        <ul class={stale ? "scenarios stale" : "scenarios"}>
          {scenarios.map((outcome, i) => (
            <Scenario key={i} outcome={outcome} goTo={goTo} />
          ))}
        </ul>
      )}
      {(result?.unrun ?? 0) > 0 && <p class="quiet">There was no time for {result!.unrun} more.</p>}
    </section>
  );
}

function summaryOf(result: Tested): string {
  const failed = failedOf(result);
  const reached = result.coverage === null ? "" : `, ${result.coverage.percent} % of the rules reached`;
  return `${failed === 0 ? "all pass" : count(failed, "fails", "fail")}${reached}`;
}

/** Why no scenario is listed. */
function whyNone(result: Tested | undefined): string {
  if (result === undefined) return "They run once the text is read.";
  if (result.digest === "") return "They run again once the text has no errors.";
  if (result.catalog) return "A catalog has none of its own.";
  return "None yet. Write some under tests: steps with the verdict you expect.";
}

function Scenario({ outcome, goTo }: { outcome: Outcome; goTo: GoTo }) {
  const { name, passed, failure, line, column, steps } = outcome;
  return (
    <li class={passed ? "passed" : "failed"}>
      <button type="button" class="plain" onClick={() => goTo(line, column)}>
        <Icon name={passed ? "commit" : "reject"} size={14} />
        <span>
          <span class="hidden">{passed ? "passes: " : "fails: "}</span>
          {name}
          {failure !== undefined && (
            <span class="mismatches">
              {failure.mismatches.map(({ what, want, got }, i) => (
                <small key={i}>
                  step {failure.step} of {steps}, {what}: expected {want}, got {got}
                </small>
              ))}
            </span>
          )}
        </span>
      </button>
    </li>
  );
}
