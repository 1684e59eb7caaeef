// This file draws a state machine: where the session is, which moves are open to the
// actor now, and what happens when one is chosen.

import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { announce } from "../app/app.js";
import { leadsTo } from "../bundle/document.js";
import { reasonsOf } from "../bundle/form.js";
import { actionTitle, memberTitle } from "../bundle/titles.js";
import { plain } from "../bundle/words.js";
import { choicesOf, type Choice } from "../session/choices.js";
import type { Desk } from "../session/desk.js";
import type { Machine } from "../session/machine.js";
import { layOut, type Drawing, type Point } from "./drawing.js";

/** What the parts of a graph know. */
interface Shown {
  readonly desk: Desk;
  readonly machine: Machine;
  /** The member where the session is. */
  readonly now: string;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly choose: (member: string) => void;
}

export function Graph({ desk, machine }: { desk: Desk; machine: Machine }) {
  const { box, drawing, failed } = useDrawing(machine);
  const { variable } = machine;
  const moment = desk.moment.value;
  const now = String(moment.view.state[variable.name]);
  const leads = useMemo(() => leadsTo(desk.document, variable), [desk, variable]);
  const asked = [desk, machine, leads, moment, desk.actor.value, desk.forms.value, desk.reasons.value];
  const choices = useMemo(() => choicesOf(desk, machine, leads), asked);
  const choose = (member: string): void => {
    const choice = choices.get(member);
    if (choice !== undefined) void take(desk, machine, choice);
  };
  const shown: Shown = { desk, machine, now, choices, choose };
  return (
    <div class="graph" ref={box}>
      {drawing === undefined ? <Members {...shown} failed={failed} /> : <Picture {...shown} drawing={drawing} />}
    </div>
  );
}

/** Lays the machine out for the width there is. */
function useDrawing(machine: Machine): {
  box: RefObject<HTMLDivElement | null>;
  drawing: Drawing | undefined;
  failed: boolean;
} {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [drawing, setDrawing] = useState<Drawing>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (width === 0) return;
    let gone = false;
    layOut(machine, width).then(
      (laid) => gone || setDrawing(laid),
      () => gone || setFailed(true),
    );
    return () => void (gone = true);
  }, [machine, width]);
  return { box, drawing, failed };
}

/** A move that is open is made; one that is not is put into its card, which says why. */
async function take(desk: Desk, { variable }: Machine, choice: Choice): Promise<void> {
  const { action, args, verdict, say } = choice;
  desk.fillAll(action, args);
  if (!desk.moment.value.open || (verdict !== "commit" && verdict !== "hold")) {
    showCard(action);
    return announce(say);
  }
  const reasons = reasonsOf(desk.reasons.value);
  const entry = await desk.propose({ action, actor: desk.actor.value, args, reasons });
  if (entry === undefined) return;
  const now = memberTitle(variable.type, String(desk.moment.value.view.state[variable.name]));
  announce(`${actionTitle(desk.info, action)}: ${entry.decision.verdict}. ${plain(variable.name)} is ${now}.`);
}

function showCard(action: string): void {
  const card = document.getElementById(`action-${action}`);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  card?.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  card
    ?.querySelector<HTMLElement>("button[type=submit]:not(:disabled), input, select, textarea")
    ?.focus({ preventScroll: true });
}

/** The members as buttons, until they are drawn. */
function Members({ machine, now, choices, choose, failed }: Shown & { failed: boolean }) {
  const { variable, members } = machine;
  return (
    <div class={failed ? "members" : "members waiting"} role="group" aria-label={`${plain(variable.name)}, its values`}>
      {members.map((name) => (
        <button
          key={name}
          type="button"
          class={name === now ? "current" : (choices.get(name)?.verdict ?? "")}
          aria-current={name === now || undefined}
          disabled={!choices.has(name)}
          onClick={() => choose(name)}
        >
          {memberTitle(variable.type, name)}
        </button>
      ))}
    </div>
  );
}

function Picture({ drawing, ...shown }: Shown & { drawing: Drawing }) {
  const { now, choices } = shown;
  const { type, name } = shown.machine.variable;
  return (
    <svg
      viewBox={`0 0 ${drawing.width} ${drawing.height}`}
      width={drawing.width}
      height={drawing.height}
      role="group"
      aria-label={`State machine of ${plain(name)}; now ${memberTitle(type, now)}`}
    >
      {drawing.edges.map((edge) => {
        const target = edge.from === now ? edge.to : edge.both && edge.to === now ? edge.from : undefined;
        const verdict = target === undefined ? undefined : choices.get(target)?.verdict;
        const lit = verdict === "commit" || verdict === "hold" ? verdict : "";
        return (
          <g key={`${edge.from} ${edge.to}`} class={`edge ${lit}`}>
            <path d={edge.path} />
            <path class="head" d={arrow(edge.end)} />
            {edge.start !== undefined && <path class="head" d={arrow(edge.start)} />}
          </g>
        );
      })}
      {drawing.nodes.map((node) => (
        <Node key={node.name} {...shown} node={node} />
      ))}
    </svg>
  );
}

function Node({ desk, machine, now, choices, choose, node }: Shown & { node: Drawing["nodes"][number] }) {
  const { name, x, y, width, height } = node;
  const title = memberTitle(machine.variable.type, name);
  const choice = choices.get(name);
  const current = name === now;
  const state = current ? "current" : (choice?.verdict ?? "none");
  const lit = state === "commit" || state === "hold";
  const can = choice !== undefined && !current;
  const label = current
    ? `${title}, where it is now`
    : choice === undefined
      ? `${title}, no action leads there`
      : `${title}: ${actionTitle(desk.info, choice.action)} would ${choice.verdict}`;
  return (
    <g
      class={`node ${state} ${lit ? "lit" : ""}`}
      role={can ? "button" : "img"}
      tabindex={can ? 0 : undefined}
      aria-label={label}
      aria-current={current || undefined}
      onClick={() => choose(name)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(name);
      }}
    >
      <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx={height / 2} />
      <text x={x} y={y} dy="0.35em" text-anchor="middle">
        {title}
      </text>
      {lit && <circle cx={x + width / 2 - 4} cy={y - height / 2 + 4} r="5" />}
    </g>
  );
}

/** A small triangle from where the curve ends to the node. */
function arrow([from, to]: readonly [Point, Point]): string {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy) || 1;
  const nx = (-dy / length) * 3.5;
  const ny = (dx / length) * 3.5;
  return `M${from.x + nx},${from.y + ny}L${to.x},${to.y}L${from.x - nx},${from.y - ny}Z`;
}
