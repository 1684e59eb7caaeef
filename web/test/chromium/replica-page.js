// This file runs in a tab that has a replica: window.tab is what the tests drive.

import { load } from "../../dist/index.js";
import { connect } from "../../dist/replica.js";

const session = new URLSearchParams(location.search).get("session");
const engine = await load("/holdfast.wasm");
const replica = await connect(engine, location.origin, session, {
  actor: { kind: "user", id: "ann" },
  pace: { retry: 50, longest: 500, poll: 100 },
});
const told = [];
for (const kind of ["confirmed", "conflict", "mismatch", "settled", "storage"])
  replica.on(kind, (said) => told.push([kind, said.outcome ?? said.seq ?? said.code ?? ""]));
const gate = replica.gate("add", { n: 1 });
gate.subscribe(({ allowed, governing }) => (document.title = allowed ? "open" : governing));

window.tab = {
  told,
  settled: [],
  propose(action, args) {
    const pending = replica.propose({ action, args });
    pending.settled.then(({ outcome }) => this.settled.push(outcome));
    return pending.guess.verdict;
  },
  get now() {
    const { status, reason, head, pending } = replica.value;
    return {
      status,
      reason: reason?.code,
      seq: head.seq,
      pending: pending.length,
      total: replica.view().state.total,
      confirmed: replica.confirmed().state.total,
      allowed: gate.allowed,
      governing: gate.governing,
    };
  },
};
