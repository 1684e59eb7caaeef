// This file tests that data may have members of any name, all the way: through gates, sessions, workers and replicas.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../dist/index.js";
import { connect } from "../dist/replica.js";
import { work } from "../dist/worker.js";
import { Server } from "./support/server.mjs";

const identifiers = ["toJSON", "__proto__", "constructor", "then", "valueOf", "toString", "hasOwnProperty"];
const T = { map: { of: { string: 20 }, max: 20 } };
const bundle = {
  holdfast: 1,
  bundle: "names",
  version: "1.0.0",
  agents: { user: {} },
  state: { data: { type: T } },
  actions: {
    keep: { args: { data: T }, set: { data: "args.data" } },
    give: JSON.parse(
      `{"args":{${identifiers.map((name) => `"${name}":{"string":20}`).join()}},"set":{"data":"{'a': args.toJSON}"}}`,
    ),
  },
};
const data = () =>
  JSON.parse(
    `{${[...identifiers, "", "0", "prototype", "é"].map((name) => `${JSON.stringify(name)}:"of ${name}"`).join()}}`,
  );
const args = () => JSON.parse(`{${identifiers.map((name) => `"${name}":"of ${name}"`).join()}}`);
const actor = { kind: "user", id: "u1" };
const proposals = () => [
  { action: "keep", args: { data: data() } },
  { action: "give", args: args() },
];
const sorted = (value) =>
  JSON.stringify(value, (_, one) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))
      : one,
  );
const whole = ({ action, args }) => ({ action, args, actor, at: 1767225600000, reasons: ["request"] });

test("a session decides on data with members of any name, and its gates ask about the same", async (t) => {
  const engine = await load();
  t.after(() => engine.close());
  const session = engine.bundle(bundle).open("s1", { actor });
  for (const { action, args } of proposals()) {
    assert.equal(session.can(action, args), true);
    const gate = session.gate(action, args);
    assert.deepEqual([gate.allowed, gate.error], [true, undefined]);
    assert.equal(sorted(gate.proposal().args), sorted(args));
    assert.equal(session.gate(action, structuredClone(args)), gate);
    const decision = session.decide(whole({ action, args }));
    assert.equal(decision.verdict, "commit");
    assert.equal(sorted(decision.document.args), sorted(args));
  }
  assert.equal(sorted(session.view().state.data), sorted({ a: "of toJSON" }));
});

test("a worker decides on data with members of any name", async (t) => {
  const engine = await work();
  t.after(() => engine.close());
  const session = await (await engine.bundle(bundle)).open("s1");
  for (const one of proposals())
    assert.equal(sorted((await session.decide(whole(one))).document.args), sorted(one.args));
});

test("a replica proposes data with members of any name, and the server records them", async (t) => {
  const server = await Server.start(t, [bundle]);
  await server.create("s1", "names@1.0.0");
  const engine = await load();
  t.after(() => engine.close());
  const replica = await connect(engine, server.url, "s1", { actor });
  t.after(() => replica.close());
  for (const one of proposals()) {
    const { outcome, same } = await replica.propose(one).settled;
    assert.deepEqual([outcome, same], ["confirmed", true]);
  }
  assert.deepEqual(
    (await server.log("s1")).map((text) => sorted(JSON.parse(text).args)),
    proposals().map(({ args }) => sorted(args)),
  );
});
