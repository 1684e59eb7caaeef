// This file prints how long one call takes in this process: into the module and
// back with canon, a question with why, a recorded decision with decide. It
// asserts nothing; compare lines of one run only.

import { load } from "../dist/index.js";
import { enter, gate } from "../test/support/gate.mjs";

const engine = await load();
const session = engine.bundle(gate).open("bench");
const wanted = enter("task");
const refused = enter("task", 0, 50);
const text = JSON.stringify(wanted);
const bytes = new TextEncoder().encode(text);
const note = { action: "note", actor: wanted.actor, args: { text: "noted" }, at: wanted.at, reasons: wanted.reasons };

const cases = {
  "canon, 2 bytes": () => engine.canon("{}"),
  "canon, a proposal as text": () => engine.canon(text),
  "canon, a proposal as bytes": () => engine.canon(bytes),
  "canon, a proposal as an object": () => engine.canon(wanted),
  "why, commit, as text": () => session.why(text),
  "why, commit, as an object": () => session.why(wanted),
  "why, reject": () => session.why(refused),
  "why, commit, verdict read": () => session.why(wanted).verdict,
  "decide, nothing changes": () => session.decide(note),
};

for (const call of Object.values(cases)) for (let i = 0; i < 2_000; i++) call();
for (const [name, call] of Object.entries(cases)) {
  const rounds = [];
  for (let round = 0; round < 20; round++) {
    const begin = performance.now();
    for (let i = 0; i < 1_000; i++) call();
    rounds.push(((performance.now() - begin) / 1_000) * 1e6);
  }
  console.log(
    `${Math.min(...rounds)
      .toFixed(0)
      .padStart(8)} ns  ${name}`,
  );
}
engine.close();
