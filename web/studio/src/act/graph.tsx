// This file draws a state machine: where the session stands, which moves are open to the
// actor now, and what happens when one is chosen.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { forPeople, type Verdict } from "@holdfast/web";
import { ask } from "./card.js";
import { announce } from "../app/app.js";
import type { Desk } from "../session/desk.js";
import { firstArgs, reasonsOf } from "../bundle/form.js";
import { leadsTo } from "../bundle/info.js";
import { layOut, type Drawing, type Machine, type Point } from "../session/machine.js";
import { actionTitle, memberTitle } from "../bundle/titles.js";
import { plain } from "../bundle/words.js";

/** What choosing a member would propose, and get. */
interface Choice {
  readonly action: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly verdict: Verdict;
  readonly say: string;
}

const rank: Partial<Record<Verdict, number>> = { commit: 0, hold: 1 };

export function Graph({ desk, machine }: { desk: Desk; machine: Machine }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [drawing, setDrawing] = useState<Drawing>();
  const [failed, setFailed] = useState(false);
  const { view, version, past } = desk.moment.value;
  const now = String(view.state[machine.variable.name]);
  const actor = desk.actor.value;
  const shown = (member: string): string => memberTitle(machine.variable.type, member);
  const forms = desk.forms.value;
  const reasons = desk.reasons.value;

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

  const leads = useMemo(() => leadsTo(desk.document, machine.variable), [desk, machine]);
  const choices = useMemo(() => {
    const found = new Map<string, Choice>();
    for (const member of machine.members) {
      if (member === now) continue;
      for (const lead of leads) {
        if (lead.member !== undefined && lead.member !== member) continue;
        const action = desk.info.actions.find(({ name }) => name === lead.action);
        if (action === undefined) continue;
        const args: Record<string, unknown> = { ...firstArgs(desk.document, action), ...forms[action.name] };
        if (lead.arg !== undefined) args[lead.arg] = member;
        const { decision } = ask(desk, { action: action.name, actor, args, reasons: reasonsOf(reasons) });
        if (decision === undefined) continue;
        const arrives =
          decision.verdict !== "commit" ||
          decision.changes.some(
            (change) => change.path === machine.variable.name && "to" in change && change.to === member,
          );
        const before = found.get(member);
        if (arrives && (before === undefined || (rank[decision.verdict] ?? 2) < (rank[before.verdict] ?? 2)))
          found.set(member, {
            action: action.name,
            args,
            verdict: decision.verdict,
            say: forPeople(decision.violations)[0]?.say ?? "",
          });
      }
    }
    return found;
  }, [desk, machine, leads, version, actor, forms, reasons, now]);

  /** A move that is open is made; one that is not is put into its card, which says why. */
  const choose = async (member: string): Promise<void> => {
    const choice = choices.get(member);
    if (choice === undefined) return;
    desk.fillAll(choice.action, choice.args);
    if (!past && (choice.verdict === "commit" || choice.verdict === "hold")) {
      const entry = await desk.propose({
        action: choice.action,
        actor,
        args: choice.args,
        reasons: reasonsOf(reasons),
      });
      if (entry !== undefined)
        announce(
          `${actionTitle(desk.info, choice.action)}: ${entry.decision.verdict}. ${plain(machine.variable.name)} is ${shown(String(desk.moment.value.view.state[machine.variable.name]))}.`,
        );
      return;
    }
    const card = document.getElementById(`action-${choice.action}`);
    card?.scrollIntoView({
      block: "center",
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
    card
      ?.querySelector<HTMLElement>("button[type=submit]:not(:disabled), input, select, textarea")
      ?.focus({ preventScroll: true });
    announce(choice.say);
  };

  const members = machine.members.map((name) => ({ name, choice: choices.get(name) }));
  return (
    <div class="graph" ref={box}>
      {drawing === undefined ? (
        <div
          class={failed ? "members" : "members waiting"}
          role="group"
          aria-label={`${plain(machine.variable.name)}, its values`}
        >
          {members.map(({ name, choice }) => (
            <button
              key={name}
              type="button"
              class={name === now ? "current" : (choice?.verdict ?? "")}
              aria-current={name === now || undefined}
              disabled={choice === undefined}
              onClick={() => void choose(name)}
            >
              {shown(name)}
            </button>
          ))}
        </div>
      ) : (
        <svg
          viewBox={`0 0 ${drawing.width} ${drawing.height}`}
          width={drawing.width}
          height={drawing.height}
          role="group"
          aria-label={`State machine of ${plain(machine.variable.name)}; now ${shown(now)}`}
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
          {drawing.nodes.map(({ name, x, y, width, height }) => {
            const choice = choices.get(name);
            const current = name === now;
            const state = current ? "current" : (choice?.verdict ?? "none");
            const lit = state === "commit" || state === "hold";
            const can = choice !== undefined && !current;
            const label = current
              ? `${shown(name)}, where it stands`
              : choice === undefined
                ? `${shown(name)}, no action leads there`
                : `${shown(name)}: ${actionTitle(desk.info, choice.action)} would ${choice.verdict}`;
            return (
              <g
                key={name}
                class={`node ${state} ${lit ? "lit" : ""}`}
                role={can ? "button" : "img"}
                tabindex={can ? 0 : undefined}
                aria-label={label}
                aria-current={current || undefined}
                onClick={() => void choose(name)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" && event.key !== " ") return;
                  event.preventDefault();
                  void choose(name);
                }}
              >
                <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx={height / 2} />
                <text x={x} y={y} dy="0.35em" text-anchor="middle">
                  {shown(name)}
                </text>
                {lit && <circle cx={x + width / 2 - 4} cy={y - height / 2 + 4} r="5" />}
              </g>
            );
          })}
        </svg>
      )}
    </div>
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
