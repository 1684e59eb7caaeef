// This file must not compile: each line that ends with "refused" is an error, and no other line is.

import { load } from "@holdfast/web";
import { useGate } from "@holdfast/web/react";
import { connect } from "@holdfast/web/replica";
import type { Specula } from "./specula.js";

const engine = await load();
const bundle = engine.bundle<Specula>("{}");
bundle.open("s1", { actor: { kind: "nobody" } }); // refused
const session = bundle.open("s1");
const human = { kind: "human", id: "h1" } as const;
session.can("advanc", { to: "scenarios" }); // refused
session.can("advance", { to: "scenario" }); // refused
session.can("advance", {}); // refused
session.can("advance"); // refused
session.can("advance", { to: "scenarios", at: 1 }); // refused
session.can("advance", { to: "scenarios" }, { actor: { kind: "visitor" } }); // refused
session.gate("unfreeze", { now: true }); // refused
session.gate("advance", { to: "scenarios" }).allowed = true; // refused
session.text("produce", { artifact: "scenarios" }, "txt"); // refused
session.decide({ action: "advance", actor: human, args: { to: "scenario" }, at: 0, reasons: [] }); // refused
session.decide({ action: "advance", actor: human, args: { artifact: "dna" }, at: 0, reasons: [] }); // refused
session.view().state.phse; // refused
useGate(session, "advance", { too: "dna" }); // refused
await connect(engine, "/", "s1", { bundle }); // refused
await connect(engine, "/", "s1", { bundle, actor: { kind: "nobody" } }); // refused
const replica = await connect(engine, "/", "s1", { bundle, actor: { kind: "human" } });
replica.propose({ action: "advanc", args: { to: "scenarios" } }); // refused
replica.propose({ action: "advance", args: { to: "scenario" } }); // refused
replica.on("sent", () => undefined); // refused
replica.view().state.phse; // refused
