// This file is a small bundle for tests: three modes, an owner, a bound, a log.

export const gate = {
  holdfast: 1,
  bundle: "gate",
  version: "1.0.0",
  governance: ["user"],
  agents: { user: {}, automatic: { proposes: true } },
  types: { stance: { enum: ["chat", "task", "spec"] } },
  state: {
    mode: {
      type: "stance",
      init: "chat",
      owner: ["user"],
      moves: {
        id: "GRD-5",
        allow: ["chat <-> task", "chat <-> spec"],
        otherwise: { verdict: "revert", say: "Leave {state.mode} for chat first." },
      },
    },
  },
  logs: { crossings: { record: { from: "stance", to: "stance" } } },
  actions: {
    enter: {
      args: { to: "stance", drift: { int: [0, 100] } },
      set: { mode: "args.to" },
      append: { crossings: { from: "state.mode", to: "args.to" } },
    },
    note: { args: { text: { string: 200 } } },
  },
  constraints: [
    {
      id: "GRD-4",
      level: "operational",
      on: ["enter"],
      require: "args.drift <= 20",
      otherwise: { say: "{args.to} tolerates 20, this is {args.drift}." },
    },
  ],
  fallback: { set: { mode: "stance.chat" } },
};

/** The time of the first proposal, milliseconds. */
export const start = 1767225600000;

/** Returns a proposal to enter a mode, the given number of seconds after start. */
export function enter(to, seconds = 0, drift = 3, kind = "user") {
  return {
    action: "enter",
    actor: { kind, id: "u1" },
    args: { to, drift },
    at: start + seconds * 1000,
    reasons: ["request"],
  };
}

/** Returns a catalog document of three points of the gate, whose drift is bounded by a param. */
export function catalogOf(engine) {
  const at = (value) => ({
    ...gate,
    params: { limit: { type: "int", value } },
    constraints: [
      { ...gate.constraints[0], require: "args.drift <= params.limit", otherwise: { say: "at most {params.limit}" } },
    ],
  });
  const point = (cursor, limit) => {
    const bundle = engine.bundle(at(limit));
    bundle.close();
    return { cursor, params: { limit }, metadata: {}, digest: bundle.digest };
  };
  return {
    holdfast: 1,
    catalog: "gates",
    version: "1.0.0",
    title: "Gates",
    bundle: at(5),
    matrix: { class: [1, 2], room: ["a", "b"] },
    entries: [
      point({ class: 1, room: "a" }, 5),
      point({ class: 2, room: "a" }, 10),
      point({ class: 2, room: "b" }, 20),
    ],
  };
}
