// This file is a bundle for tests in which the way from nothing to everything is long to look for.

const names = Array.from({ length: 16 }, (_, i) => `v${i}`);

export const wide = {
  holdfast: 1,
  bundle: "wide",
  version: "1.0.0",
  agents: { user: {} },
  state: Object.fromEntries(names.map((name) => [name, { type: "bool" }])),
  actions: {
    ...Object.fromEntries(names.map((name) => [`turn_${name}`, { set: { [name]: `!state.${name}` } }])),
    end: {},
  },
  constraints: [
    { id: "ALL", level: "operational", on: ["end"], require: names.map((name) => `state.${name}`).join(" && ") },
  ],
};

/** Returns a proposal of an action, the given number of seconds after the first time. */
export const propose = (action, seconds = 0) => ({
  action,
  actor: { kind: "user", id: "u" },
  args: {},
  at: 1767225600000 + seconds * 1000,
  reasons: ["request"],
});
