// This file tests what a gate says of its answer to a visitor: how an action becomes possible, by whom, and what is
// wrong with an argument.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Gates } from "../dist/index.js";
import { Op } from "../dist/contract/abi.js";
import { counted, turn, user } from "./support/counted.mjs";
import { enter, gate, start } from "./support/gate.mjs";

/** A text that another person than its author approves. */
const foureyes = {
  holdfast: 1,
  bundle: "foureyes",
  version: "1.0.0",
  agents: { editor: {}, reader: {} },
  state: { author: { type: "string" }, approver: { type: "string" } },
  actions: {
    edit: { by: ["editor"], set: { author: "actor.id", approver: '""' } },
    approve: { by: ["editor"], set: { approver: "actor.id" } },
    publish: { by: ["editor"] },
  },
  constraints: [
    {
      id: "ONCE",
      level: "operational",
      on: ["edit"],
      require: 'state.author == ""',
      otherwise: { say: "It has an author." },
    },
    {
      id: "FOUR-EYES",
      level: "operational",
      on: ["approve"],
      require: "actor.id != state.author",
      otherwise: { say: "An author does not approve." },
    },
    {
      id: "APPROVED",
      level: "operational",
      on: ["publish"],
      require: 'state.approver != ""',
      otherwise: { say: "Nobody has approved." },
    },
  ],
};

for (const id of ["ann", "editor"])
  test(`how never tells the author to approve what only another person may (${id})`, async (t) => {
    const { engine } = await counted(t);
    const author = { kind: "editor", id };
    const session = engine.bundle(foureyes).open("s1", { actor: author });
    session.decide({ action: "edit", actor: author, args: {}, at: start, reasons: ["request"] });
    const publish = session.gate("publish");
    const { how } = publish;
    assert.equal(how.found, true);
    assert.notEqual(how.steps[0].actor.id, id);
    assert.equal(how.say, "First: approve, by another editor.");
    session.decide({ ...how.steps[0], at: start + 1 });
    assert.equal(publish.allowed, true);
    const mine = session.gate("approve");
    assert.equal(mine.allowed, false);
    assert.equal(mine.how.found, false);
    assert.notEqual(mine.how.variant.proposal.actor.id, id);
    assert.match(mine.how.say, /^Another editor can do it/i);
  });

test("how says when, and for which reason", async (t) => {
  const { engine } = await counted(t);
  const june = {
    holdfast: 1,
    bundle: "june",
    version: "1.0.0",
    agents: { user: {} },
    state: { open: { type: "bool" } },
    actions: { unlock: { set: { open: "true" } }, enter: {}, leave: {}, ask: {} },
    constraints: [
      {
        id: "AFTER",
        level: "operational",
        on: ["unlock", "leave"],
        require: 'proposal.at >= timestamp("2046-06-01T00:00:00Z")',
        otherwise: { say: "not yet" },
      },
      { id: "OPEN", level: "operational", on: ["enter"], require: "state.open", otherwise: { say: "shut" } },
      {
        id: "WHY",
        level: "operational",
        on: ["ask"],
        require: '"approved" in proposal.reasons',
        otherwise: { say: "not approved" },
      },
    ],
  };
  const session = engine.bundle(june).open("s1", { actor: user });
  const enterGate = session.gate("enter");
  assert.equal(enterGate.how.say, "First: unlock from 2046-06-01 00:00 UTC on.");
  assert.equal(enterGate.how.steps[0].at, Date.UTC(2046, 5, 1));
  const leave = session.gate("leave");
  assert.equal(leave.how.say, "Wait until 2046-06-01 00:00 UTC.");
  assert.equal(leave.how.when, Date.UTC(2046, 5, 1));
  const ask = session.gate("ask");
  assert.equal(ask.how.found, false);
  assert.equal(ask.how.say, 'It is possible, because of "approved".');
  assert.deepEqual(ask.how.variant.proposal.reasons, ["approved"]);
  session.decide(enterGate.how.steps[0]);
  assert.equal(enterGate.allowed, true);
  assert.equal(leave.allowed, true);
});

test("how leads out of a frozen session", async (t) => {
  const { engine } = await counted(t);
  const session = engine
    .bundle({
      ...gate,
      actions: { ...gate.actions, smash: {} },
      constraints: [
        {
          id: "SMASH",
          level: "operational",
          on: ["smash"],
          require: "false",
          otherwise: { verdict: "freeze", say: "smashed" },
        },
      ],
    })
    .open("s1", { actor: { kind: "automatic", id: "a" } });
  session.decide({ action: "smash", actor: user, args: {}, at: start, reasons: [] });
  const note = session.gate("note", { text: "a" });
  assert.equal(note.governing, "frozen");
  assert.equal(note.how.say, "First: unfreeze the session, by user.");
  session.decide(note.how.steps[0]);
  assert.equal(note.allowed, true);
});

test("how says what to do first, and is looked for only when it is read, once in a state", async (t) => {
  const { session, calls } = await counted(t);
  const spec = session.gate("enter", { to: "spec", drift: 3 });
  assert.deepEqual(
    { ...spec.how },
    { found: true, steps: [], bounded: false, confirm: false, say: "", error: undefined },
  );
  session.decide(enter("task"));
  assert.equal(spec.allowed, false);
  assert.ok(!calls.all.includes(Op.Path));
  const how = spec.how;
  assert.equal(how.found, true);
  assert.deepEqual(
    how.steps.map(({ action, args }) => [action, args.to]),
    [["enter", "chat"]],
  );
  assert.match(how.say, /^First: enter \(chat\)\.$/);
  assert.equal(spec.how, how);
  assert.equal(spec.value.how, how);
  assert.equal(calls.all.filter((op) => op === Op.Path).length, 1);
  session.decide({ ...how.steps[0], at: start + 1000 });
  assert.equal(spec.allowed, true);
  assert.equal(spec.how.say, "");
});

test("who has read a way hears when there may be another", async (t) => {
  const { session } = await counted(t);
  session.decide(enter("task"));
  const spec = session.gate("enter", { to: "spec", drift: 3 });
  let heard = 0;
  spec.subscribe((value) => (heard++, value.how));
  session.decide(enter("task", 1)); // the same refusal, another state
  await turn();
  assert.equal(heard, 2);
});

test("a way that needs an owner says so", async (t) => {
  const { session } = await counted(t);
  const other = session.gate("enter", { to: "task", drift: 3 }, { actor: { kind: "automatic" } });
  assert.equal(other.verdict, "hold");
  assert.equal(other.allowed, false);
  assert.equal(other.how.confirm, true);
  assert.equal(other.how.say, "Once proposed, it waits for a confirmation.");
  const never = session.gate("enter", { to: "task", drift: 100 });
  assert.equal(never.how.found, false);
  assert.equal(never.how.found, false);
});

test("a path that traps is no way, and harms no answer", async (t) => {
  const { session, calls } = await counted(t);
  session.decide(enter("task"));
  const spec = session.gate("enter", { to: "spec", drift: 3 });
  Object.assign(calls, { die: Op.Path, deaths: 1 });
  assert.equal(spec.how.error.code, "engine/trap");
  assert.equal(spec.how.found, false);
  assert.equal(spec.verdict, "revert");
});

/** A request for leave, told in titles. */
const leave = {
  holdfast: 1,
  bundle: "leave",
  version: "1.0.0",
  agents: { hr: { title: "Human Resources" }, staff: { title: "Employee", proposes: true }, guest: {} },
  types: {
    stage: { enum: ["draft", "sent", "granted"], titles: { sent: "Sent in" } },
    kind: { enum: ["sick", "holiday"], titles: { sick: "Sick leave" } },
  },
  state: { stage: { type: "stage", moves: ["draft -> sent", "sent -> granted"] }, days: "int", kind: "kind" },
  actions: {
    edit: {
      title: "Edit the request",
      by: ["staff"],
      args: { days: { type: { int: [1, 30] }, title: "Days" }, kind: "kind", note: { string: 80 } },
      set: { days: "args.days", kind: "args.kind" },
    },
    move: { title: "Move it on", by: ["staff", "hr"], args: { to: "stage" }, set: { stage: "args.to" } },
    grant: { title: "Grant it", by: ["hr"], set: { stage: "stage.granted" } },
  },
  constraints: [
    {
      id: "DAYS",
      level: "operational",
      on: ["move", "grant"],
      require: "state.days > 0",
      otherwise: { say: "Say how many days." },
    },
  ],
};

test("how is written for a visitor: titles, no arguments that are filled into a form, and who does it", async (t) => {
  const { engine } = await counted(t);
  const staff = { kind: "staff", id: "u1" },
    hr = { kind: "hr", id: "h1" };
  const session = engine.bundle(leave).open("s1", { actor: staff });
  assert.equal(session.gate("move", { to: "sent" }).how.say, "First: “Edit the request”.");
  const grant = session.gate("grant", {}, { actor: hr });
  assert.equal(grant.how.say, "First: “Edit the request”, by Employee, then “Move it on” (Sent in).");
});

test("how names who can do it instead, by its title", async (t) => {
  const { engine } = await counted(t);
  const { info } = engine.bundle(leave);
  const proposal = { action: "grant", actor: { kind: "hr", id: "hr" }, args: {}, at: start, reasons: ["request"] };
  const said = (steps, reasons = ["request"], actor = proposal.actor) => {
    const path = {
      found: false,
      bounded: false,
      steps: [],
      when: start,
      verdict: "reject",
      variant: { proposal: { ...proposal, reasons, actor }, steps },
      tried: 1,
      v: 1,
    };
    const subject = {
      onchange: () => () => {},
      watch: () => ({ answers: () => ['["reject",[{"id":"X","say":"No.","spans":[]}],[]]'], close() {} }),
      path: () => path,
      view: () => ({ at: 0 }),
      info,
    };
    return new Gates(subject, { kind: "staff", id: "u1" }).gate("grant").how.say;
  };
  const move = { ...proposal, action: "move", args: { to: "sent" }, actor: { kind: "staff", id: "u1" } };
  assert.equal(said([]), "Human Resources can do it.");
  assert.equal(said([move]), "First: “Move it on” (Sent in). Then Human Resources can do it.");
  assert.equal(said([], ["request"], { kind: "staff", id: "staff" }), "Another Employee can do it.");
  assert.equal(said([], ["audit"], { kind: "staff", id: "u1" }), 'It is possible, because of "audit".');
});

test("who may not do it at all is told so first", async (t) => {
  const { engine } = await counted(t);
  const session = engine.bundle(leave).open("s1", { actor: { kind: "guest" } });
  const grant = session.gate("grant");
  assert.equal(grant.governing, "moves:stage"); // what decides stays what decides
  assert.equal(grant.say, "“Grant it” is for Human Resources, not for guest.");
  assert.deepEqual(
    grant.reasons.map(({ id }) => id),
    ["by:grant", "moves:stage", "DAYS"],
  );
  const { violations } = session.why({
    action: "grant",
    actor: { kind: "guest", id: "g" },
    args: {},
    at: start,
    reasons: [],
  });
  assert.deepEqual(
    violations.map(({ id }) => id),
    ["moves:stage", "by:grant", "DAYS"],
  );
});

test("an owner's no comes before what state the thing is in, and what would be held does not", async (t) => {
  const { engine } = await counted(t);
  const document = {
    holdfast: 1,
    bundle: "owned",
    version: "1.0.0",
    agents: { owner: {}, guest: {}, aide: { proposes: true } },
    state: { stage: { type: { enum: ["a", "b", "c"] }, owner: ["owner"], moves: ["a -> b"] } },
    actions: { go: { set: { stage: "'c'" } } },
  };
  const session = engine.bundle(document).open("s1");
  const of = (kind) => session.gate("go", {}, { actor: { kind } }).reasons.map(({ id }) => id);
  assert.deepEqual(of("guest"), ["owner:stage", "moves:stage"]);
  assert.deepEqual(of("aide"), ["moves:stage", "owner:stage"]);
});

for (const [days, what] of [
  [NaN, "NaN"],
  [Infinity, "infinity"],
  [undefined, "undefined"],
  [-0, "−0"],
  [null, "null"],
  ["3", "text"],
  [1.5, "a fraction"],
  [31, "too much"],
])
  test(`an input error names the field and what would do (${what})`, async (t) => {
    const { engine } = await counted(t);
    const session = engine.bundle(leave).open("s1", { actor: { kind: "staff" } });
    const args = { days, kind: "sick", note: "" };
    const say = "Days: choose a whole number from 1 to 30.";
    const gate = session.gate("edit", args);
    assert.equal(gate.allowed, false);
    assert.equal(gate.say, say);
    assert.equal(gate.error.path, "args.days");
    const proposal = { action: "edit", actor: { kind: "staff", id: "u1" }, args, at: start, reasons: [] };
    for (const ask of [() => session.why(proposal), () => session.decide(proposal)])
      assert.throws(
        ask,
        (error) => error.message === say && error.path === "args.days" && /^(json|proposal)\//.test(error.code),
      );
    assert.equal(session.view().seq, 0);
  });
