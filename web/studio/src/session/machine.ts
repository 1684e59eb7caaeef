// This file defines Machine: the moves of an enum variable, and Drawing: where Graphviz
// puts them. Graphviz only lays out; what is shown is drawn by graph.tsx.

import type { Session } from "@holdfast/web";
import type { Bundle } from "@holdfast/web";
import { memberTitle } from "../bundle/titles.js";
import { membersOf, scenariosOf, actorOf, type Document, type Info, type Variable } from "../bundle/info.js";

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Both ways. */
  readonly both: boolean;
}

export interface Machine {
  readonly variable: Variable;
  readonly members: readonly string[];
  readonly edges: readonly Edge[];
  /** False where the bundle declares no moves, and these are what its scenarios do. */
  readonly declared: boolean;
}

/** Returns the machines of a bundle: its enum variables with moves, or else those that its scenarios move. */
export function machinesOf(info: Info, document: Document, bundle: Pick<Bundle, "open">): readonly Machine[] {
  const enums = info.state.filter((variable) => membersOf(variable.type) !== undefined);
  const declared = enums.filter((variable) => variable.moves !== undefined);
  const made = (variable: Variable, pairs: readonly (readonly [string, string])[], isDeclared: boolean): Machine => ({
    variable,
    members: membersOf(variable.type)!,
    edges: merged(pairs),
    declared: isDeclared,
  });
  if (declared.length > 0) return declared.map((variable) => made(variable, variable.moves!.allow, true));
  if (enums.length === 0) return [];
  const seen = played(document, bundle);
  return enums
    .map((variable) => made(variable, seen.get(variable.name) ?? [], false))
    .filter(({ edges }) => edges.length > 0);
}

function merged(pairs: readonly (readonly [string, string])[]): Edge[] {
  const has = new Set(pairs.map(([from, to]) => `${from}\n${to}`));
  const edges: Edge[] = [];
  for (const [from, to] of pairs) {
    const both = has.has(`${to}\n${from}`);
    if (both && edges.some((edge) => edge.from === to && edge.to === from)) continue;
    edges.push({ from, to, both });
  }
  return edges;
}

/** Plays the scenarios and returns the moves that were committed, by variable. */
function played(document: Document, bundle: Pick<Bundle, "open">): Map<string, (readonly [string, string])[]> {
  const seen = new Map<string, (readonly [string, string])[]>();
  for (const scenario of scenariosOf(document).slice(0, 64)) {
    const session = bundle.open("scenario");
    let at = 1_767_225_600_000;
    for (const step of scenario.steps) {
      try {
        const hold = session.view().holds.at(-1);
        const args =
          step.args ?? (step.action === "confirm" && hold !== undefined ? { hold: hold.seq, digest: hold.digest } : {});
        const decision = (session as Session).decide({
          action: step.action,
          actor: actorOf(step),
          args,
          at: (at += 1000),
          reasons: step.reasons ?? ["request"],
        });
        if (decision.verdict !== "commit") continue;
        for (const change of decision.changes) {
          if (!("from" in change)) continue;
          const pairs = seen.get(change.path) ?? [];
          const pair = [String(change.from), String(change.to)] as const;
          if (!pairs.some(([from, to]) => from === pair[0] && to === pair[1])) pairs.push(pair);
          seen.set(change.path, pairs);
        }
      } catch {
        // A step that expects an error.
      }
    }
    session.close();
  }
  return seen;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly (Point & { readonly name: string; readonly width: number; readonly height: number })[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly both: boolean;
    readonly path: string;
    readonly end: readonly [Point, Point];
    readonly start: readonly [Point, Point] | undefined;
  }[];
}

/** Graphviz is loaded when something is first drawn. */
let viz: Promise<import("@viz-js/viz").Viz> | undefined;

const nodeHeight = 38;
const margin = 10;

/** Lays a machine out, left to right or top to bottom, whichever fits the width better. */
export async function layOut(machine: Machine, width: number): Promise<Drawing> {
  viz ??= import("@viz-js/viz").then(({ instance }) => instance());
  const graphviz = await viz;
  const wide = draw(graphviz, machine, "LR");
  if (wide.width <= width) return wide;
  const tall = draw(graphviz, machine, "TB");
  return tall.width <= width || tall.width < wide.width ? tall : wide;
}

function draw(graphviz: import("@viz-js/viz").Viz, machine: Machine, rankdir: "LR" | "TB"): Drawing {
  const laid = graphviz.renderJSON({
    directed: true,
    graphAttributes: { rankdir, nodesep: 0.28, ranksep: rankdir === "LR" ? 0.5 : 0.26, splines: "spline" },
    nodeAttributes: { shape: "box", fixedsize: true, height: nodeHeight / 72, label: "" },
    nodes: machine.members.map((name) => ({
      name,
      attributes: { width: (memberTitle(machine.variable.type, name).length * 8 + 34) / 72 },
    })),
    edges: machine.edges.map(({ from, to, both }) => ({
      tail: from,
      head: to,
      attributes: { dir: both ? "both" : "forward", arrowsize: 0.7 },
    })),
  }) as unknown as {
    bb: string;
    objects: { name: string; pos: string; width: string; height: string }[];
    edges?: { tail: number; head: number; pos: string }[];
  };
  const [, , right = 0, top = 0] = laid.bb.split(",").map(Number);
  const at = (text: string): Point => {
    const [x = 0, y = 0] = text.split(",").map(Number);
    return { x: x + margin, y: top - y + margin }; // Graphviz counts upwards
  };
  return {
    width: right + 2 * margin,
    height: top + 2 * margin,
    nodes: laid.objects.map(({ name, pos, width, height }) => ({
      name,
      ...at(pos),
      width: Number(width) * 72,
      height: Number(height) * 72,
    })),
    edges: (laid.edges ?? []).map(({ tail, head, pos }, i) => {
      const points: Point[] = [];
      let end: Point | undefined;
      let start: Point | undefined;
      for (const part of pos.split(" ")) {
        if (part.startsWith("e,")) end = at(part.slice(2));
        else if (part.startsWith("s,")) start = at(part.slice(2));
        else points.push(at(part));
      }
      const first = points[0]!;
      const last = points.at(-1)!;
      const curve = points
        .slice(1)
        .map(({ x, y }) => `${round(x)},${round(y)}`)
        .join(" ");
      return {
        from: laid.objects[tail]!.name,
        to: laid.objects[head]!.name,
        both: machine.edges[i]?.both ?? false,
        path: `M${round(first.x)},${round(first.y)}C${curve}`,
        end: [last, end ?? last],
        start: start === undefined ? undefined : [first, start],
      };
    }),
  };
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
