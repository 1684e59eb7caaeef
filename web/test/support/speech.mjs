// This file is a bundle with rules about text: a text may not decide for its reader.

export const speech = {
  holdfast: 1,
  bundle: "speech",
  version: "1.0.0",
  agents: { user: {} },
  state: { said: { type: { int: [0, 1000] }, init: 0 } },
  patterns: {
    oracular: { any: [{ phrase: "you should choose" }, { phrase: "the best" }] },
    question: { any: [{ regex: "\\?" }] },
  },
  actions: {
    say: { args: { tone: { enum: ["plain", "warm"] }, text: { string: 2000 } }, set: { said: "state.said + 1" } },
  },
  constraints: [
    {
      id: "NON-ORACULAR",
      level: "responsibility",
      on: ["say"],
      require: '!args.text.hits("oracular")',
      otherwise: { verdict: "rewrite", say: "Leave the choice to the reader." },
    },
    {
      id: "MUST-QUESTION",
      level: "operational",
      on: ["say"],
      require: 'args.text.hits("question")',
      otherwise: { verdict: "rewrite", say: "Ask a question." },
    },
  ],
};
