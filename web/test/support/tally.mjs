// This file is a small bundle for tests of replicas: a total that has a limit, a door.

export const tally = {
  holdfast: 1,
  bundle: "tally",
  version: "1.0.0",
  agents: { user: {}, guest: {} },
  state: {
    total: { type: { int: [0, 1000000] }, owner: ["user"] },
    open: { type: "bool", init: true, owner: ["user"] },
  },
  logs: { notes: { record: { text: { string: 100 } } } },
  actions: {
    add: { by: ["user", "guest"], args: { n: { int: [1, 100] } }, set: { total: "state.total + args.n" } },
    shut: { set: { open: "false" } },
    unlock: { set: { open: "true" } },
    note: { args: { text: { string: 100 } }, append: { notes: { text: "args.text" } } },
  },
  constraints: [
    { id: "OPEN", level: "operational", on: ["add"], require: "state.open", otherwise: { say: "It is shut." } },
    {
      id: "LIMIT",
      level: "operational",
      on: ["add"],
      require: "state.total + args.n <= 500000",
      otherwise: { say: "That is too much." },
    },
  ],
};

export const add = (n) => ({ action: "add", args: { n } });
export const note = (text) => ({ action: "note", args: { text } });
export const shut = { action: "shut" };
export const unlock = { action: "unlock" };
