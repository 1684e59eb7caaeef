// This file compares gates with what a page could use instead: XState, CASL, cel-js
// and json-logic-engine, on the same guards in one process, and prints ratios: npm run
// bench:gates. It asserts that all answer alike, and no time.
//
//	fifty actions; action i is allowed where state.level >= i
//
//	unchanged   one action asked again, nothing has changed
//	changed     all fifty asked after a change, per action: 50 of them allowed, 25, none
//	others      the same, where the change concerns none of the fifty
//
// The others answer yes or no; a gate also has the reasons, with what they read, in words.

import { performance } from "node:perf_hooks";
import { createMongoAbility, subject } from "@casl/ability";
import * as cel from "cel-js";
import { LogicEngine } from "json-logic-engine";
import { assign, createActor, createMachine } from "xstate";
import { load } from "../dist/index.js";

const count = 50;
const names = Array.from({ length: count }, (_, i) => `act${i}`);
const levels = { "50 allowed": [50, 51], "25 or 24 allowed": [24, 23], "none allowed": [-1, -2] };

/** Each contender: move sets the level, other changes something else; can asks one action. */
const contenders = {
  async holdfast() {
    const bundle = {
      holdfast: 1, bundle: "fifty", version: "1.0.0", agents: { user: {} },
      state: { level: { type: { int: [-2, 100] }, init: 50 }, other: { type: "bool" } },
      actions: { move: { args: { to: { int: [-2, 100] } }, set: { level: "args.to" } }, turn: { set: { other: "!state.other" } }, ...Object.fromEntries(names.map((name) => [name, {}])) },
      constraints: names.map((name, i) => ({ id: `G-${i}`, level: "operational", on: [name], require: `state.level >= ${i}`, otherwise: { say: `This needs ${i}, and there is {state.level}.` } })),
    };
    const actor = { kind: "user", id: "u1" };
    const session = (await load()).bundle(bundle).open("bench", { actor });
    const gates = names.map((name) => session.gate(name));
    gates.forEach(({ allowed }) => allowed);
    const decide = (action, args) => session.decide({ action, actor, args, at: Date.now(), reasons: ["request"] });
    return {
      move: (to) => decide("move", { to }),
      other: () => decide("turn", {}),
      can: (i) => gates[i].allowed,
      more: { "holdfast can()": (i) => session.can(names[i]), "holdfast can() with an argument": () => session.can("move", { to: 3 }) },
    };
  },
  async xstate() {
    const on = Object.fromEntries(names.map((name, i) => [name, { guard: ({ context }) => context.level >= i, actions: () => {} }]));
    const machine = createMachine({ context: { level: 50, other: false }, on: { ...on, move: { actions: assign({ level: ({ event }) => event.to }) }, turn: { actions: assign({ other: ({ context }) => !context.other }) } } });
    const actor = createActor(machine).start();
    const events = names.map((type) => ({ type }));
    return { move: (to) => actor.send({ type: "move", to }), other: () => actor.send({ type: "turn" }), can: (i) => actor.getSnapshot().can(events[i]) };
  },
  async casl() {
    const ability = createMongoAbility(names.map((action, i) => ({ action, subject: "Session", conditions: { level: { $gte: i } } })));
    let state = subject("Session", { level: 50, other: false });
    return { move: (level) => (state = subject("Session", { level, other: state.other })), other: () => (state = subject("Session", { level: state.level, other: !state.other })), can: (i) => ability.can(names[i], state) };
  },
  async "cel-js"() {
    const guards = names.map((_, i) => cel.parse(`state.level >= ${i}`));
    let state = { level: 50, other: false };
    return { move: (level) => (state = { ...state, level }), other: () => (state = { ...state, other: !state.other }), can: (i) => cel.evaluate(guards[i].cst, { state }) };
  },
  async "json-logic-engine"() {
    const engine = new LogicEngine();
    const guards = names.map((_, i) => engine.build({ ">=": [{ var: "level" }, i] }));
    let state = { level: 50, other: false };
    return { move: (level) => (state = { ...state, level }), other: () => (state = { ...state, other: !state.other }), can: (i) => guards[i](state) };
  },
};

/** Nanoseconds of the fastest of many rounds: noise only ever adds. */
function fastest(rounds, per, run, before = () => {}) {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    before();
    const begin = performance.now();
    run();
    best = Math.min(best, performance.now() - begin);
  }
  return (best * 1e6) / per;
}

let sink = 0;
const table = {};
const note = (what, who, nanoseconds) => ((table[what] ??= {})[who] = nanoseconds);

for (const [who, make] of Object.entries(contenders)) {
  const { move, other, can, more = {} } = await make();
  const each = new Function("can", `let open = 0; for (let i = 0; i < ${count}; i++) if (can(i)) open++; return open;`);
  const ask = () => {
    const open = each(can);
    sink += open;
    return open;
  };
  for (const [what, one] of Object.entries({ [who]: can, ...more })) {
    move(50);
    ask();
    // A loop of its own for each, or the engine would make one loop that fits all and none well.
    const loop = new Function("one", "let open = 0; for (let i = 0; i < 10000; i++) if (one(7)) open++; return open;");
    note("unchanged", what, fastest(1000, 10_000, () => (sink += loop(one))));
  }
  for (const [what, [to, fro]] of Object.entries(levels)) {
    move(to);
    if (ask() !== Math.min(to + 1, count)) throw new Error(`${who}: ${what}, and it allows ${ask()}`);
    let there = true; // to and fro by one, so that what is said about each may be something else
    const step = () => move((there = !there) ? to : fro);
    for (let i = 0; i < 3000; i++) (step(), ask());
    note(`changed, ${what}`, who, fastest(3000, count, ask, step));
    if (!there) step();
    note(`others, ${what}`, who, fastest(3000, count, ask, other));
  }
}

const whos = [...new Set(Object.values(table).flatMap(Object.keys))];
console.log(`Nanoseconds per action in Node ${process.versions.node}, and as multiples of a gate's\n`);
for (const [what, row] of Object.entries(table)) {
  console.log(what);
  for (const who of whos) if (row[who] !== undefined) console.log(`${row[who].toFixed(1).padStart(10)} ns ${(row[who] / row.holdfast).toFixed(2).padStart(8)}×  ${who}`);
}
if (sink < 0) console.log(sink);
process.exit(0);
