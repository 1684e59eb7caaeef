// This file must compile: names as specula.ts has them, and anything where no types are given.

import { load, type GateValue, type How } from "@holdfast/web";
import { Gate, useGate } from "@holdfast/web/react";
import { bind } from "@holdfast/web/element";
import { connect, type Pending, type Settled } from "@holdfast/web/replica";
import { createElement } from "react";
import type { Specula } from "./specula.js";

const engine = await load();
const session = engine.bundle<Specula>("{}").open("s1", { actor: { kind: "human" } });
session.can("advance", { to: "scenarios" });
session.can("validate", { artifact: "dna" }, { actor: { kind: "human", id: "h1" }, reasons: ["request"] });
session.can("unfreeze");
session.gate("decline", { hold: 3 });
const value: GateValue = session.gate("produce", { artifact: "scenarios", text: "…" }).value;
const how: How = value.how;
session.text("produce", { artifact: "scenarios" }, "text").text = "typed";
const human = { kind: "human", id: "h1" } as const;
const reasons = how.steps.map(({ action }) => action);
session.decide({ action: "advance", actor: human, args: { to: "futures" }, at: 0, reasons });
session.view().state.phase satisfies
  "activation" | "scenarios" | "futures" | "dna" | "prototyping" | "narrative" | "cocreation" | "guardian";
session.view().state.artifacts.dna.validated satisfies boolean;
session.decide('{"action":"anything"}');
useGate(session, "advance", { to: "dna" }).allowed;
const children = createElement("button");
createElement(Gate<Specula, "advance">, { session, action: "advance", args: { to: "dna" }, children });
bind(document, session);

const untyped = engine.bundle("{}").open("s1");
untyped.can("whatever", { x: [1, { y: null }] });
untyped.can("whatever");
untyped.decide({ action: "whatever", actor: { kind: "anybody", id: "a" }, args: {}, at: 0, reasons: [] });
useGate(untyped, "whatever").say;
bind(document, untyped);

const replica = await connect(engine, "https://holdfast.example", "s1", {
  actor: { kind: "human", id: "h1" },
  bundle: engine.bundle<Specula>("{}"),
  token: async () => "…",
});
const pending: Pending = replica.propose({ action: "advance", args: { to: "futures" } });
replica.propose({ action: "advance", args: { to: "futures" }, actor: { kind: "specula" }, reasons: [] });
const settled: Settled = await pending.settled;
if (settled.outcome === "confirmed") settled.decision.committed satisfies boolean;
else settled.error.code satisfies string;
replica.view().state.artifacts.dna.validated satisfies boolean;
replica.confirmed().state.phase;
replica.on("conflict", ({ was, now }) => was.verdict === now?.verdict);
useGate(replica, "advance", { to: "dna" }).allowed;
bind(document, replica);
const anything = await connect(engine, new URL("https://holdfast.example"), "s1", {
  actor: { kind: "anyone" },
  storage: null,
});
anything.propose({ action: "whatever", args: { x: 1 } });
anything.propose(anything.gate("whatever").proposal());
