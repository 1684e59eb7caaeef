// This file compares gates with what a page could use instead: the same guards asked
// of each, and how long that takes. Node (gates.mjs) and pages (page/) run it.
//
//	fifty actions; action i is allowed where state.level >= i
//
//	unchanged   one action asked again, nothing has changed
//	changed     all fifty asked after a change, per action: 50 of them allowed, 25, none
//	others      the same, where the change concerns none of the fifty
//	decided     one action proposed: yes or no from the others
//
// Each is asked in the way that is fastest for it: a policy of its own for each action
// where there are policies, parsed beforehand. The change itself is not timed. The
// others answer yes or no; a gate also has the reasons, with what they read, in words,
// and a decision is recorded, as bytes that are the same everywhere.
//
// All take turns: a little of the first, a little of the second, and so on, many times
// over, and of each the fastest turn counts. Noise only ever adds, and what slows the
// machine for a second slows everybody.

const count = 50;
const names = Array.from({ length: count }, (_, i) => `act${i}`);
const actor = { kind: "user", id: "u1" };

/** The guards as a bundle. */
export const fifty = {
  holdfast: 1,
  bundle: "fifty",
  version: "1.0.0",
  agents: { user: {} },
  state: { level: { type: { int: [-2, 100] }, init: 50 }, other: { type: "bool" } },
  actions: {
    move: { args: { to: { int: [-2, 100] } }, set: { level: "args.to" } },
    turn: { set: { other: "!state.other" } },
    ...Object.fromEntries(names.map((name) => [name, {}])),
  },
  constraints: names.map((name, i) => ({
    id: `G-${i}`,
    level: "operational",
    on: [name],
    require: `state.level >= ${i}`,
    otherwise: { say: `This needs ${i}, and there is {state.level}.` },
  })),
};

/** The guards in Cedar, one policy for each action. */
export const policies = names.map(
  (name, i) => `permit(principal, action == Action::"${name}", resource) when { context.level >= ${i} };`,
);

/** What is asked of Cedar, but for policies. */
export const request = (i, level) => ({
  principal: { type: "User", id: "u1" },
  action: { type: "Action", id: names[i] },
  resource: { type: "Session", id: "bench" },
  context: { level },
  entities: [],
});

/**
 * Each contender, made of its library. move sets the level, other changes something else, can asks one
 * action, others are other ways to ask one, open asks all fifty at once where that can be done, and
 * decide holds ways to propose action 7, each with how often at least in a turn.
 */
const contenders = {
  async holdfast({ load }) {
    const bundle = (await load()).bundle(fifty);
    const session = bundle.open("bench", { actor });
    const gates = names.map((name) => session.gate(name));
    gates.forEach(({ allowed }) => allowed);
    const proposal = (action, args = {}) => ({ action, actor, args, at: Date.now(), reasons: ["request"] });
    const decide = (action, args) => session.decide(proposal(action, args));
    const decider = (level) => {
      const other = bundle.open("decide", { actor });
      other.decide(proposal("move", { to: level }));
      const proposed = proposal(names[7]);
      return () => other.decide(proposed);
    };
    const [open, shut, read] = [decider(50), decider(3), decider(50)];
    if (open().verdict !== "commit" || shut().verdict !== "reject")
      throw new Error("holdfast decides otherwise than its gates");
    return {
      move: (to) => decide("move", { to }),
      other: () => decide("turn", {}),
      can: (i) => gates[i].allowed,
      others: {
        "holdfast, can() by name": (i) => session.can(names[i]),
        "holdfast, can() with an argument": () => session.can("move", { to: 3 }),
      },
      // 512, so that what a session does once in 256 decisions is in each turn.
      decide: {
        holdfast: [() => open().bytes.length > 0, 512],
        "holdfast, refused": [() => shut().bytes.length > 0, 512],
        "holdfast, verdict read from the bytes": [() => read().committed, 512],
      },
    };
  },
  async XState({ xstate: { assign, createActor, createMachine } }) {
    const on = Object.fromEntries(
      names.map((name, i) => [name, { guard: ({ context }) => context.level >= i, actions: () => {} }]),
    );
    const machine = createMachine({
      context: { level: 50, other: false },
      on: {
        ...on,
        move: { actions: assign({ level: ({ event }) => event.to }) },
        turn: { actions: assign({ other: ({ context }) => !context.other }) },
      },
    });
    const running = createActor(machine).start();
    const events = names.map((type) => ({ type }));
    return {
      move: (to) => running.send({ type: "move", to }),
      other: () => running.send({ type: "turn" }),
      can: (i) => running.getSnapshot().can(events[i]),
    };
  },
  async CASL({ casl: { createMongoAbility, subject } }) {
    const ability = createMongoAbility(
      names.map((action, i) => ({ action, subject: "Session", conditions: { level: { $gte: i } } })),
    );
    let state = subject("Session", { level: 50, other: false });
    return {
      move: (level) => (state = subject("Session", { level, other: state.other })),
      other: () => (state = subject("Session", { level: state.level, other: !state.other })),
      can: (i) => ability.can(names[i], state),
    };
  },
  async "cel-js"({ cel }) {
    const guards = names.map((_, i) => cel.parse(`state.level >= ${i}`));
    let state = { level: 50, other: false };
    return {
      move: (level) => (state = { ...state, level }),
      other: () => (state = { ...state, other: !state.other }),
      can: (i) => cel.evaluate(guards[i].cst, { state }),
    };
  },
  async "json-logic-engine"({ LogicEngine }) {
    const engine = new LogicEngine();
    const guards = names.map((_, i) => engine.build({ ">=": [{ var: "level" }, i] }));
    let state = { level: 50, other: false };
    return {
      move: (level) => (state = { ...state, level }),
      other: () => (state = { ...state, other: !state.other }),
      can: (i) => guards[i](state),
    };
  },
  async "OPA-wasm"({ opa }) {
    const policy = await opa();
    const entries = names.map((name) => policy.entrypoints[`bench/guard/${name}`]);
    let state = { level: 50, other: false };
    const whole = { ...state, action: names[7], actor, args: {}, at: Date.now(), reasons: ["request"] };
    return {
      move: (level) => (state = { ...state, level }),
      other: () => (state = { ...state, other: !state.other }),
      can: (i) => policy.evaluate(state, entries[i]).length > 0, // what is not true is undefined, and so no result
      open: () => Object.keys(policy.evaluate(state, "bench/guard")[0].result).length,
      decide: {
        "OPA-wasm": [() => policy.evaluate(state, entries[7]).length > 0, 1],
        "OPA-wasm, given the whole proposal": [() => policy.evaluate(whole, entries[7]).length > 0, 1],
      },
    };
  },
  async "Cedar-wasm"({ cedar }) {
    policies.forEach((policy, i) => {
      if (cedar.preparsePolicySet(names[i], { staticPolicies: policy }).type !== "success")
        throw new Error("Cedar takes no such policy");
    });
    let level = 50;
    const can = (i) =>
      cedar.statefulIsAuthorized({ ...request(i, level), preparsedPolicySetId: names[i] }).response.decision ===
      "allow";
    return { move: (to) => (level = to), other: () => {}, can, decide: { "Cedar-wasm": [() => can(7), 1] } };
  },
};

/**
 * Has contestants take turns of so many milliseconds at least, each `{name, run, least, per}`; run does it so many
 * times
 * and returns milliseconds. Returns nanoseconds of each of the per things that are done at a time.
 */
function measure(contestants, { rounds, turn }) {
  const turns = contestants.map(({ name, run, least = 1, per = 1 }) => {
    let times = least;
    while (Math.min(run(times), run(times), run(times)) < turn) times *= 2; // of three, since the first of all compiles
    return { name, run, times, per, best: Infinity };
  });
  for (let round = 0; round < rounds; round++)
    for (const one of turns) one.best = Math.min(one.best, one.run(one.times) / one.times);
  return turns.map(({ name, best, per }) => ({ name, nanoseconds: (best * 1e6) / per }));
}

// A loop of its own for each, or the engine would make one loop that fits all and none well.
const again = (one) => {
  const loop = new Function(
    "one",
    "times",
    "let open = 0; for (let i = 0; i < times; i++) if (one(7)) open++; return open;",
  );
  return (times) => {
    const begin = performance.now();
    if (loop(one, times) !== times) throw new Error("an answer has changed, and nothing else has");
    return performance.now() - begin;
  };
};

const fiftyOf = (can) => {
  const loop = new Function("can", `let open = 0; for (let i = 0; i < ${count}; i++) if (can(i)) open++; return open;`);
  return () => loop(can);
};

/** Asks after each step; only the asking counts. */
const after = (step, ask) => (times) => {
  let spent = 0;
  for (let i = 0; i < times; i++) {
    const wanted = step();
    const begin = performance.now();
    const open = ask();
    spent += performance.now() - begin;
    if (open !== wanted) throw new Error(`${open} are allowed, and ${wanted} should be`);
  }
  return spent;
};

const ofHoldfast = (name) => name.startsWith("holdfast");

/** Says which of the others were faster than the row's first. */
function under(results, others = results.filter(({ name }) => !ofHoldfast(name))) {
  const over = others.filter(({ nanoseconds }) => nanoseconds <= results[0].nanoseconds);
  return over.length === 0 ? "met" : `missed: ${over.map(({ name }) => name).join(", ")}`;
}

const within = (result, nanoseconds) => (result.nanoseconds <= nanoseconds ? "met" : "missed");

/**
 * Runs the comparison. libraries holds what the contenders are made of. report hears each
 * row, `{title, results: [{name, nanoseconds}], goal, verdict}`, Holdfast being the first. A clock that is coarse needs
 * longer turns, in milliseconds.
 */
export async function contest(libraries, { rounds = 200, turn = 1, report }) {
  const made = [];
  for (const [name, make] of Object.entries(contenders)) {
    const contender = await make(libraries);
    made.push({ name, ...contender, ask: fiftyOf(contender.can) });
  }
  alike(made);
  const row = async (title, contestants, goal, verdictOf) => {
    const results = measure(contestants, { rounds, turn });
    report({ title, results, goal, verdict: verdictOf(results) });
    await new Promise((resolve) => setTimeout(resolve, 0)); // a page draws in between
  };

  for (const { move } of made) move(50);
  await row(
    "unchanged, per question",
    made.flatMap(({ name, can, others = {} }) =>
      Object.entries({ [name]: can, ...others }).map(([name, one]) => ({ name, run: again(one) })),
    ),
    "a bound gate 10 ns, can() 100 ns, and under each of the others",
    (results) => `${within(results[0], 10)}; ${within(results[1], 100)}, ${within(results[2], 100)}; ${under(results)}`,
  );
  for (const what of ["changed", "others"])
    for (const [words, levels] of Object.entries({
      "50 allowed": [50, 51],
      "25 or 24 allowed": [24, 23],
      "none allowed": [-1, -2],
    })) {
      const contestants = made.flatMap(({ name, move, other, ask, open }) => {
        let at = 0; // to and fro by one, so that what is said about each may be something else
        move(levels[0]);
        const opened = (level) => Math.min(level < 0 ? 0 : level + 1, count);
        const step =
          what === "others"
            ? () => (other(), opened(levels[0]))
            : () => (move(levels[(at = 1 - at)]), opened(levels[at]));
        const one = { name, run: after(step, ask), per: count };
        return open === undefined ? [one] : [one, { ...one, name: `${name}, all at once`, run: after(step, open) }];
      });
      const title =
        what === "changed"
          ? `asked after a change, ${words}, per action`
          : `asked after a change of something else, ${words}, per action`;
      await row(title, contestants, "under each of the others", (results) => under(results));
    }
  for (const { move } of made) move(50);
  await row(
    "decided, with reasons and canonical bytes; the others: yes or no",
    made.flatMap(({ decide = {} }) =>
      Object.entries(decide).map(([name, [one, least]]) => ({ name, run: again(one), least })),
    ),
    "under OPA-wasm",
    (results) => under(results),
  );
}

/** Throws where one of them answers otherwise than the rest, in any of the levels there are. */
function alike(made) {
  for (let level = -2; level <= 60; level++)
    for (const { name, move, other, can, ask, open = ask } of made) {
      move(level);
      other();
      for (let i = 0; i < count; i++)
        if (can(i) !== level >= i) throw new Error(`${name}: action ${i} at level ${level} is ${can(i)}`);
      if (ask() !== open())
        throw new Error(`${name}: at level ${level} ${ask()} are allowed one by one, and ${open()} at once`);
    }
}
