// This file defines Story: one of the bundle's own scenarios, taken step by step in a session
// of this page, with the times it asks for.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { forPeople } from "@holdfast/web";
import { announce, openLocal } from "../app/app.js";
import type { Desk, Entry } from "../session/desk.js";
import type { LocalDesk } from "../session/local.js";
import { actorOf, argsOf, waitOf, type Scenario, type Step } from "../bundle/scenario.js";
import { scenariosOf } from "../bundle/document.js";
import type { Info } from "../bundle/info.js";
import { Icon, VerdictMark } from "../parts/icons.js";
import { actionTitle, agentTitle, argsText } from "../bundle/titles.js";

interface Running {
  readonly scenario: Scenario;
  readonly desk: LocalDesk;
  readonly done: readonly { readonly entry: Entry | undefined; readonly code: string }[];
}

export const story = signal<Running | undefined>(undefined);

/** Begins a scenario on a fresh session. */
export function startStory({ text }: Desk, scenario: Scenario): void {
  const desk = openLocal({ document: text, id: "scenario", origin: `scenario “${scenario.name}”` });
  story.value = { scenario, desk, done: [] };
  const first = scenario.steps[0];
  if (first !== undefined) desk.act(actorOf(first).kind, actorOf(first).id);
  announce(`Scenario ${scenario.name}, ${scenario.steps.length} steps.`);
  scrollTo(0, 0);
}

/** Takes the next step. */
async function next(running: Running): Promise<void> {
  const { desk, scenario, done } = running;
  const step = scenario.steps[done.length];
  if (step === undefined) return;
  const actor = actorOf(step);
  const args = argsOf(step, desk.moment.value.view.holds.at(-1));
  desk.act(actor.kind, actor.id);
  desk.fillAll(step.action, step.args ?? {});
  desk.advance(waitOf(step));
  const entry = await desk.propose({ action: step.action, actor, args, reasons: step.reasons ?? ["request"] });
  const code = desk.trouble.value?.code ?? "";
  if (entry === undefined) desk.trouble.value = undefined; // the step shows it
  story.value = { ...running, done: [...done, { entry, code }] };
  announce(
    entry === undefined
      ? `No proposal: ${code}.`
      : `${entry.decision.verdict}. ${entry.decision.violations[0]?.say ?? ""}`,
  );
}

export function Story({ desk }: { desk: Desk }) {
  const running = story.value;
  if (running === undefined || running.desk !== desk) return null;
  const { scenario, done } = running;
  const over = done.length >= scenario.steps.length;
  return (
    <section class="panel story" aria-labelledby="story-title">
      <header>
        <h2 id="story-title">{scenario.name}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label="Leave the scenario"
          onClick={() => (story.value = undefined)}
        >
          <Icon name="close" />
        </button>
      </header>
      <ol>
        {scenario.steps.map((step, i) => (
          <StepLine key={i} info={desk.info} step={step} done={done[i]} current={i === done.length} />
        ))}
      </ol>
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={over || desk.busy.value || !desk.moment.value.open}
          onClick={() => void next(running)}
        >
          {over ? "That is all" : done.length === 0 ? "Take the first step" : "Next step"}
        </button>
        <span class="quiet">
          {over
            ? "Go on by yourself below, or look back in the timeline."
            : `${done.length} of ${scenario.steps.length}`}
        </span>
      </div>
    </section>
  );
}

function StepLine({
  info,
  step,
  done,
  current,
}: {
  info: Info;
  step: Step;
  done: Running["done"][number] | undefined;
  current: boolean;
}) {
  const actor = actorOf(step);
  const expected = step.expect?.["verdict"] ?? step.expect?.["error"];
  const got = done?.entry?.decision.verdict ?? done?.code;
  return (
    <li class={done !== undefined ? "done" : current ? "current" : ""} aria-current={current ? "step" : undefined}>
      <span class="who">{agentTitle(info, actor.kind)}</span> <strong>{actionTitle(info, step.action)}</strong>{" "}
      <span class="args">{argsText(info, step.action, step.args ?? {})}</span>
      {step.reasons !== undefined && <span class="args"> because: {step.reasons.join(", ") || "no reason"}</span>}
      {step.after !== undefined && <span class="args"> after {step.after}</span>}
      {done !== undefined && (
        <span class="outcome">
          {done.entry !== undefined ? (
            <VerdictMark verdict={done.entry.decision.verdict} />
          ) : (
            <span class="verdict v-wrong">no proposal</span>
          )}
          {done.entry?.decision.violations[0] !== undefined && (
            <span class="say">{forPeople(done.entry.decision.violations)[0]!.say}</span>
          )}
          {done.entry === undefined && <span class="say">{done.code}</span>}
          {expected !== undefined && expected !== got && (
            <span class="say">The scenario expects {String(expected)}.</span>
          )}
        </span>
      )}
    </li>
  );
}

/** As many scenarios are shown until all are asked for. */
const few = 4;

/** The scenarios that can be walked through. */
export function Stories({ desk }: { desk: Desk }) {
  const [all, setAll] = useState(false);
  const scenarios = scenariosOf(desk.document);
  if (scenarios.length === 0) return null;
  return (
    <ul class="stories">
      {scenarios.slice(0, all ? undefined : few).map((scenario) => (
        <li key={scenario.name}>
          <button type="button" class="plain" onClick={() => startStory(desk, scenario)}>
            <Icon name="play" size={13} /> {scenario.name}
          </button>
        </li>
      ))}
      {!all && scenarios.length > few && (
        <li>
          <button type="button" class="plain all" onClick={() => setAll(true)}>
            All {scenarios.length}
          </button>
        </li>
      )}
    </ul>
  );
}
