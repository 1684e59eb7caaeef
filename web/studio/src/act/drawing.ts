// This file defines Drawing: where the members and moves of a machine are put. Graphviz only lays out; what is
// shown is drawn by graph.tsx.

import { memberTitle } from "../bundle/titles.js";
import type { Machine } from "../session/machine.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Node extends Point {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

interface Line {
  readonly from: string;
  readonly to: string;
  readonly both: boolean;
  /** The curve, as SVG writes it. */
  readonly path: string;
  /** Where the curve ends, and the tip of its arrow. */
  readonly end: readonly [Point, Point];
  /** The same where it begins, of one that goes both ways. */
  readonly start: readonly [Point, Point] | undefined;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Node[];
  readonly edges: readonly Line[];
}

/** What Graphviz says of what it has laid out, as far as it is read here. */
interface Laid {
  readonly bb: string;
  readonly objects: readonly { name: string; pos: string; width: string; height: string }[];
  readonly edges?: readonly { tail: number; head: number; pos: string }[];
}

type Graphviz = import("@viz-js/viz").Viz;

/** Graphviz is loaded when something is first drawn. */
let viz: Promise<Graphviz> | undefined;

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

function draw(graphviz: Graphviz, machine: Machine, rankdir: "LR" | "TB"): Drawing {
  const { bb, objects, edges = [] } = laidOut(graphviz, machine, rankdir);
  const [, , right = 0, top = 0] = bb.split(",").map(Number);
  const at = (text: string): Point => {
    const [x = 0, y = 0] = text.split(",").map(Number);
    return { x: x + margin, y: top - y + margin }; // Graphviz counts upwards
  };
  return {
    width: right + 2 * margin,
    height: top + 2 * margin,
    nodes: objects.map(({ name, pos, width, height }) => ({
      name,
      ...at(pos),
      width: Number(width) * 72,
      height: Number(height) * 72,
    })),
    edges: edges.map(({ tail, head, pos }, i) => ({
      from: objects[tail]!.name,
      to: objects[head]!.name,
      both: machine.edges[i]?.both ?? false,
      ...curveOf(pos, at),
    })),
  };
}

function laidOut(graphviz: Graphviz, { variable, members, edges }: Machine, rankdir: "LR" | "TB"): Laid {
  return graphviz.renderJSON({
    directed: true,
    graphAttributes: { rankdir, nodesep: 0.28, ranksep: rankdir === "LR" ? 0.5 : 0.26, splines: "spline" },
    nodeAttributes: { shape: "box", fixedsize: true, height: nodeHeight / 72, label: "" },
    nodes: members.map((name) => ({
      name,
      attributes: { width: (memberTitle(variable.type, name).length * 8 + 34) / 72 },
    })),
    edges: edges.map(({ from, to, both }) => ({
      tail: from,
      head: to,
      attributes: { dir: both ? "both" : "forward", arrowsize: 0.7 },
    })),
  }) as unknown as Laid;
}

/** Reads a curve as Graphviz writes it: `e,TIP s,TIP POINT POINT …`. */
function curveOf(pos: string, at: (text: string) => Point): Pick<Line, "path" | "end" | "start"> {
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
  const [from, ...through] = points.map(({ x, y }) => `${tenths(x)},${tenths(y)}`);
  return {
    path: `M${from}C${through.join(" ")}`,
    end: [last, end ?? last],
    start: start === undefined ? undefined : [first, start],
  };
}

function tenths(n: number): number {
  return Math.round(n * 10) / 10;
}
