// This file tests gates: what they answer, when they ask, whom they tell, and that
// none is ever open by mistake.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Gates, HoldfastError, load } from "../dist/index.js";
import { Op } from "../dist/contract/abi.js";
import { enter, gate, start } from "./support/gate.mjs";
import { changeExports, moduleBytes, unreachable } from "./support/module.mjs";

const user = { kind: "user", id: "u1" };
const module = await WebAssembly.compile(moduleBytes());
const turn = () => new Promise((resolve) => queueMicrotask(resolve));

/** Starts an engine that counts its calls, and dies in the next call of `calls.die`. */
async function counted(t) {
  const calls = { all: [], die: 0, deaths: 0 };
  changeExports(t, ({ holdfast_call }) => ({
    holdfast_call(op, handle, size) {
      calls.all.push(op);
      if (op === calls.die && calls.deaths-- > 0) unreachable();
      return holdfast_call(op, handle, size);
    },
  }));
  const engine = await load(module);
  return { engine, calls, session: engine.bundle(gate).open("s1", { actor: user }) };
}

test("a gate answers as why does, in every state", async (t) => {
  const { session } = await counted(t);
  const questions = ["chat", "task", "spec"].flatMap((to) =>
    [3, 50].flatMap((drift) =>
      ["user", "automatic"].map((kind) => ({ args: { to, drift }, options: { actor: { kind, id: "u1" } } })),
    ),
  );
  for (const to of ["task", "spec", "chat", "spec", "spec"]) {
    for (const { args, options } of questions) {
      const mine = session.gate("enter", args, options);
      const wanted = session.why(enter(args.to, 9, args.drift, options.actor.kind));
      assert.equal(mine.allowed, wanted.verdict === "commit");
      assert.equal(mine.verdict, wanted.verdict);
      assert.equal(mine.governing, wanted.governing);
      assert.deepEqual(mine.reasons, wanted.violations);
      assert.equal(mine.say, wanted.violations[0]?.say ?? "");
      assert.equal(session.can("enter", args, options), mine.allowed);
      assert.equal(mine.error, undefined);
    }
    session.decide(enter(to));
  }
});

test("while the state is unchanged nothing is asked; after a change all is asked in one call", async (t) => {
  const { session, calls } = await counted(t);
  const gates = ["chat", "task", "spec"].map((to) => session.gate("enter", { to, drift: 3 }));
  gates.forEach(({ allowed }) => allowed);
  session.decide(enter("task"));
  gates.forEach(({ allowed }) => allowed); // from here on all three are kept
  calls.all.length = 0;
  for (let i = 0; i < 10; i++) {
    assert.deepEqual(
      gates.map(({ allowed }) => allowed),
      [true, true, false],
    );
    assert.equal(session.can("enter", { to: "task", drift: 3 }), true);
    assert.equal(session.can("enter", { drift: 3, to: "task" }), true);
    assert.equal(session.gate("enter", { drift: 3, to: "task" }), gates[1]);
  }
  assert.deepEqual(calls.all, []);
  session.decide(enter("chat", 1));
  calls.all.length = 0;
  assert.deepEqual(
    gates.map(({ allowed }) => allowed),
    [true, true, true],
  );
  assert.deepEqual(calls.all, [Op.Answers]);
});

test("gates that are not read any more are not asked", async (t) => {
  const { session, calls } = await counted(t);
  for (let drift = 0; drift <= 100; drift++) session.can("enter", { to: "task", drift });
  const watched = session.gate("note", { text: "kept" });
  watched.subscribe(() => {});
  let lines = 0;
  changeWatch(session, (count) => (lines = count));
  session.decide(enter("task", 0));
  await turn();
  session.decide(enter("chat", 1));
  await turn();
  assert.equal(lines, 1);
  assert.equal(watched.allowed, true);
});

/** A text and what is asked about it as it is typed, in the ways there are. */
const typing = {
  "a gate that is subscribed to, then another": () => {
    let release;
    return (session, text) => {
      const off = session.gate("note", { text }).subscribe(() => {});
      release?.();
      release = off;
    };
  },
  "can()": () => (session, text) => void session.can("note", { text }),
  "a gate that is read": () => (session, text) => void session.gate("note", { text }).allowed,
  "one text gate": () => {
    let gate;
    return (session, text) => {
      gate ??= session.text("note", {}, "text");
      gate.text = text;
      return void gate.allowed;
    };
  },
};

for (const [how, begin] of Object.entries(typing))
  test(`a text that is typed: what was asked for earlier keystrokes is not asked along (${how})`, async (t) => {
    const { engine } = await counted(t);
    const session = engine
      .bundle({ ...gate, actions: { ...gate.actions, note: { args: { text: { string: 4000 } } } } })
      .open("s1", { actor: user });
    const type = begin();
    const lines = [];
    changeWatch(session, (count) => lines.push(count));
    let text = "This is a long message that a person types. ".repeat(15);
    for (let state = 0; state < 3; state++) {
      for (let i = 0; i < 50; i++) type(session, (text += i % 10));
      lines.length = 0;
      session.decide(enter(state % 2 === 0 ? "task" : "chat", state));
      await turn();
      type(session, text);
      assert.ok(
        lines.every((count) => count === 1),
        `asked along: ${lines}`,
      );
    }
  });

test("of questions that were asked in one state only, so many are asked along in the next", async (t) => {
  const { session } = await counted(t);
  const lines = [];
  changeWatch(session, (count) => lines.push(count));
  for (let drift = 0; drift <= 100; drift++) session.gate("enter", { to: "task", drift }).allowed;
  lines.length = 0;
  session.decide(enter("chat"));
  assert.equal(session.gate("enter", { to: "task", drift: 100 }).allowed, false);
  assert.deepEqual(lines, [32]);
});

test("can() asks along what it is asked in one state after another", async (t) => {
  const { session, calls } = await counted(t);
  for (let state = 0; state < 4; state++) {
    calls.all.length = 0;
    for (const to of ["chat", "task", "spec"]) session.can("enter", { to, drift: 3 });
    assert.equal(calls.all.filter((op) => op === Op.Answers).length, state < 2 ? 3 : 1);
    session.decide(enter(state % 2 === 0 ? "task" : "chat", state));
  }
});

test("what would cost too much in one call is asked in several, and no gate fails because of others", async (t) => {
  const { engine, calls } = await counted(t);
  const numbers = Array.from({ length: 300 }, (_, i) => i);
  const dear = {
    ...gate,
    constants: { numbers },
    state: { ...gate.state, n: { type: { int: [0, 9] } } },
    actions: { ...gate.actions, step: { set: { n: "(state.n + 1) % 10" } }, dear: { args: { i: { int: [0, 99] } } } },
    constraints: [
      {
        id: "DEAR",
        level: "operational",
        on: ["dear"],
        require: "constants.numbers.all(x, constants.numbers.all(y, x + y + state.n >= 0)) && state.n != args.i",
        otherwise: { say: "not {args.i}" },
      },
    ],
  };
  const session = engine.bundle(dear).open("s1", { actor: user });
  const asked = Array.from({ length: 40 }, (_, i) => ({ i }));
  const gates = asked.map((args) => session.gate("dear", args));
  for (const one of gates) one.subscribe(() => {});
  for (let state = 0; state < 3; state++) {
    session.decide({ action: "step", actor: user, args: {}, at: start, reasons: [] });
    calls.all.length = 0;
    for (const [k, one] of gates.entries()) {
      const wanted = session.why({ action: "dear", actor: user, args: asked[k], at: start, reasons: ["request"] });
      assert.equal(`${one.verdict} ${one.governing}`, `${wanted.verdict} ${wanted.governing}`);
    }
    assert.ok(calls.all.filter((op) => op === Op.Answers).length > 1);
  }
});

test("a gate that was forgotten answers as why does, in every state", async (t) => {
  const { session } = await counted(t);
  const held = session.gate("enter", { to: "spec", drift: 3 });
  const heard = [];
  const watched = session.gate("enter", { to: "spec", drift: 4 });
  watched.subscribe(({ verdict }) => heard.push(verdict));
  assert.equal(held.allowed, true);
  for (let i = 0; i < 5000; i++) session.can("note", { text: String(i) });
  for (const [seconds, to] of ["task", "chat", "task"].entries()) {
    session.decide(enter(to, seconds));
    await turn();
    assert.equal(held.verdict, session.why(enter("spec", 9)).verdict);
    assert.equal(session.can("enter", { to: "spec", drift: 3 }), held.allowed);
    assert.equal(watched.verdict, held.verdict);
    assert.equal(session.gate("enter", { to: "spec", drift: 4 }), watched); // in use, so it was not forgotten
  }
  assert.deepEqual(heard, ["commit", "revert", "commit", "revert"]);
});

test("a gate refused for want of room to park opens when a parked proposal is declined", async (t) => {
  const { session } = await counted(t);
  const asks = { action: "enter", actor: { kind: "automatic", id: "a" }, reasons: ["request"] };
  const mine = session.gate("enter", { to: "spec", drift: 3 }, { actor: asks.actor });
  const heard = [];
  mine.subscribe(({ verdict, governing }) => heard.push(`${verdict} ${governing}`));
  for (let i = 0; i < 64; i++) session.decide({ ...asks, args: { to: "task", drift: 3 }, at: start + i });
  await turn();
  assert.equal(mine.governing, "hold:limit");
  session.decide({ action: "decline", actor: user, args: { hold: 1 }, at: start + 64, reasons: [] });
  await turn();
  assert.equal(mine.verdict, "hold");
  assert.deepEqual(heard, ["hold owner:mode", "reject hold:limit", "hold owner:mode"]);
});

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

function changeWatch(session, tell) {
  const watch = session.watch.bind(session);
  session.watch = (lines) => (tell(lines.length), watch(lines));
}

test("an answer that stays is the same object, another answer another", async (t) => {
  const { session } = await counted(t);
  const note = session.gate("note", { text: "a" });
  const spec = session.gate("enter", { to: "spec", drift: 3 });
  const [before, was] = [note.value, spec.value];
  session.decide(enter("task"));
  assert.equal(note.value, before);
  assert.notEqual(spec.value, was);
  assert.equal(was.allowed, true);
  assert.equal(spec.value.allowed, false);
  assert.equal(spec.value, spec.value);
});

test("subscribers hear at once, then once per change, and no more after they leave", async (t) => {
  const { session } = await counted(t);
  const heard = [];
  const spec = session.gate("enter", { to: "spec", drift: 3 });
  const leave = spec.subscribe(({ allowed }) => heard.push(allowed));
  const other = spec.subscribe(() => {});
  assert.deepEqual(heard, [true]);
  session.decide(enter("task", 0));
  session.decide(enter("chat", 1));
  session.decide(enter("task", 2));
  assert.deepEqual(heard, [true]);
  await turn();
  assert.deepEqual(heard, [true, false]);
  session.decide(enter("task", 3)); // changes nothing
  await turn();
  assert.deepEqual(heard, [true, false]);
  leave();
  session.decide(enter("chat", 4));
  await turn();
  assert.deepEqual(heard, [true, false]);
  other();
});

test("a subscriber that throws keeps no other from hearing", async (t) => {
  const { session } = await counted(t);
  const thrown = [];
  const { queueMicrotask } = globalThis; // where what it throws would end the process, as is right
  t.mock.method(globalThis, "queueMicrotask", (fn) =>
    queueMicrotask(() => {
      try {
        fn();
      } catch (error) {
        thrown.push(error.message);
      }
    }),
  );
  const spec = session.gate("enter", { to: "spec", drift: 3 });
  let first = true,
    heard = 0;
  spec.subscribe(() => {
    if (!first) throw new Error("mine");
    first = false;
  });
  spec.subscribe(() => heard++);
  session.decide(enter("task"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(heard, 2);
  assert.deepEqual(thrown, ["mine"]);
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

test("an actor may be named when asking, or set later", async (t) => {
  const { engine } = await counted(t);
  const session = engine.bundle(gate).open("s2");
  const task = session.gate("enter", { to: "task", drift: 3 });
  refused(task, "gate/actor");
  assert.equal(session.can("enter", { to: "task", drift: 3 }, { actor: user }), true);
  session.actor = user;
  assert.equal(task.allowed, true);
  session.actor = { kind: "automatic" };
  assert.equal(task.verdict, "hold");
  session.actor = { kind: "nobody" };
  refused(task, "proposal/agent");
  session.actor = undefined;
  refused(task, "gate/actor");
});

test("what cannot be asked is refused, with the code that says why", async (t) => {
  const { session } = await counted(t);
  const self = {};
  self.self = self;
  const cases = [
    ["entr", { to: "task" }, "proposal/action"],
    ["enter", {}, "proposal/argument"],
    ["enter", undefined, "proposal/argument"],
    ["enter", { to: "tusk", drift: 3 }, "proposal/argument"],
    ["enter", { to: "task", drift: 101 }, "proposal/argument"],
    ["enter", { to: "task", drift: NaN }, "json/not-a-number"],
    ["enter", { to: "task", drift: -0 }, "json/negative-zero"],
    ["enter", { to: "task", drift: undefined }, "json/undefined"],
    ["enter", { to: "task", drift: 3n }, "json/bigint"],
    ["enter", { to: "task\ud800", drift: 3 }, "json/lone-surrogate"],
    ["enter", self, "json/cycle"],
    ["enter", new Date(0), "json/not-plain"],
    ["enter", new Map([["to", "task"]]), "json/not-plain"],
    ["note", { text: "x".repeat(1 << 17) }, "limit/proposal"],
    ["toString", {}, "proposal/action"],
    ["__proto__", {}, "proposal/action"],
  ];
  session.can("enter", { to: "task", drift: 0 }); // must not be taken for −0
  for (let round = 0; round < 3; round++) {
    for (const [action, args, code] of cases) {
      refused(session.gate(action, args), code);
      assert.equal(session.can(action, args), false);
    }
    session.decide(enter("task", round));
  }
  // And all of them at once, among ones that can be asked.
  const heard = cases.map(([action, args, code]) => ({ code, gate: session.gate(action, args) }));
  const fine = session.gate("note", { text: "fine" });
  for (const { gate } of [...heard, { gate: fine }]) gate.subscribe(() => {});
  session.decide(enter("chat", 10));
  await turn();
  for (const { code, gate } of heard) refused(gate, code);
  assert.equal(fine.allowed, true);
});

test("a closed session's gates are refused, also those of a closed engine", async (t) => {
  for (const close of [({ session }) => session.close(), ({ engine }) => engine.close()]) {
    const all = await counted(t);
    const kept = all.session.gate("note", { text: "a" });
    const heard = [];
    kept.subscribe(({ allowed }) => heard.push(allowed));
    all.session.decide(enter("task"));
    await turn();
    assert.equal(kept.allowed, true);
    close(all);
    refused(kept, "engine/closed");
    refused(all.session.gate("note", { text: "b" }), "engine/closed");
    assert.equal(kept.how.found, false);
    await turn();
    assert.deepEqual(heard, [true, false]);
  }
});

test("a trap while gates are asked is survived", async (t) => {
  const { session, calls } = await counted(t);
  const task = session.gate("enter", { to: "task", drift: 3 });
  for (const op of [Op.Answers, Op.Watch]) {
    session.decide(enter("chat", 0));
    Object.assign(calls, { die: op, deaths: 1 });
    assert.equal(task.allowed, true);
  }
  // One that traps again and again is a refusal, until something changes.
  session.decide(enter("chat", 0));
  Object.assign(calls, { die: Op.Answers, deaths: 1000 });
  refused(task, "engine/trap");
  refused(session.gate("enter", { to: "spec", drift: 3 }), "engine/trap");
  calls.deaths = 0;
  refused(task, "engine/trap");
  task.refresh();
  assert.equal(task.allowed, true);
  assert.equal(session.can("enter", { to: "spec", drift: 3 }), true);
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

test("an answer that cannot be read is a refusal", async () => {
  const odd = [
    "",
    "x",
    '["commit"',
    '["commit",[],[]]x',
    '["commit",[{}],[]]',
    '["commit",[],[]',
    '["commit",null,[]]',
    '["commit",[]]',
    '["reject",[]]',
    '["reject",[],[]]',
    '["commits",[{',
    "[]",
    "{}",
    "null",
    "true",
    '["commit"]',
    '{"error":null}',
    '["committed",[],[]]',
    '[["commit"],[],[]]',
  ];
  for (const line of odd) {
    const gates = new Gates(
      {
        onchange: () => () => {},
        watch: () => ({ answers: () => [line], close() {} }),
        path: () => {},
        view: () => ({ at: 0 }),
      },
      user,
    );
    const { allowed, verdict, error } = gates.gate("enter", {}).value;
    assert.deepEqual([allowed, verdict, error?.code], [false, "error", "gate/answer"], line);
    assert.ok(error instanceof HoldfastError);
  }
});

test("a refusal that cannot be read is a refusal all the same", () => {
  for (const line of ['["reject",[{', '["reject",[{}]]', '["hold",[{"id":"X"}],{}]']) {
    const gates = new Gates(
      {
        onchange: () => () => {},
        watch: () => ({ answers: () => [line], close() {} }),
        path: () => {},
        view: () => ({ at: 0 }),
      },
      user,
    );
    const one = gates.gate("enter");
    assert.equal(one.allowed, false);
    assert.equal(one.governing, "gate/answer");
    assert.deepEqual(one.value.spans, []);
    assert.deepEqual(one.value.advice, []);
  }
});

test("an empty line is the answer before, and no answer where there was none", async () => {
  let tell,
    line = "";
  const gates = new Gates(
    {
      onchange: (fn) => ((tell = fn), () => {}),
      watch: () => ({ answers: () => [line], close() {} }),
      path: () => {},
      view: () => ({ at: 0 }),
    },
    user,
  );
  const one = gates.gate("enter");
  refused(one, "gate/answer");
  const seen = [];
  for (line of ['["commit",[],[]]', "", '["reject",[{"id":"X","say":"No.","spans":[]}],[]]', ""]) {
    tell();
    seen.push(one.verdict);
  }
  assert.deepEqual(seen, ["commit", "commit", "reject", "reject"]);
});

test("gates work on anything with the shape of a session", async () => {
  let tell,
    line = '["commit",[],[]]',
    asked = 0;
  const gates = new Gates(
    {
      onchange: (fn) => ((tell = fn), () => {}),
      watch: (lines) => ({ answers: () => (asked++, lines.map(() => line)), close() {} }),
      path: () => ({ found: false, bounded: false, steps: [], verdict: "reject", tried: 1, v: 1 }),
      view: () => ({ at: 0 }),
    },
    user,
  );
  const one = gates.gate("enter");
  assert.equal(one.allowed, true);
  line = '["reject",[{"id":"X","say":"No.","spans":[]}],[]]';
  assert.equal(one.allowed, true);
  assert.equal(asked, 1);
  tell();
  assert.equal(one.allowed, false);
  assert.equal(one.how.say, "Nothing that can be done now leads to it.");
});

test("time is asked for anew by refresh", async (t) => {
  const { engine } = await counted(t);
  const late = {
    ...gate,
    constraints: [
      {
        id: "T-1",
        level: "operational",
        on: ["note"],
        require: `proposal.at < timestamp("2026-01-01T00:00:10Z")`,
        otherwise: { say: "too late" },
      },
    ],
  };
  const session = engine.bundle(late).open("s1", { actor: user });
  t.mock.timers.enable({ apis: ["Date"], now: start });
  const note = session.gate("note", { text: "a" });
  assert.equal(note.allowed, true);
  t.mock.timers.setTime(start + 20_000);
  assert.equal(note.allowed, true); // documented: nothing has changed but the time
  note.refresh();
  assert.equal(note.allowed, false);
  assert.equal(note.say, "too late");
  // A clock behind the session's asks at the session's time.
  session.decide({ action: "note", actor: user, args: { text: "b" }, at: start + 30_000, reasons: [] });
  t.mock.timers.setTime(start);
  note.refresh();
  assert.equal(note.say, "too late");
  assert.equal(note.how.error, undefined);
});

test("what the caller does to the arguments afterwards changes nothing", async (t) => {
  const { session } = await counted(t);
  const args = { to: "spec", drift: 50 };
  const spec = session.gate("enter", args);
  args.drift = 3;
  assert.equal(spec.allowed, false);
  assert.equal(session.can("enter", args), true);
  session.decide(enter("chat"));
  assert.equal(spec.allowed, false);
});

test("a gate's proposal is what decide takes", async (t) => {
  const { session } = await counted(t);
  const task = session.gate("enter", { to: "task", drift: 3 });
  const twin = (await load()).bundle(gate).open("s1");
  assert.equal(session.decide(task.proposal(start)).text, twin.decide(enter("task")).text);
});

test("many questions are forgotten, and answered all the same", async (t) => {
  const { session } = await counted(t);
  const kept = session.gate("note", { text: "0" });
  for (let i = 0; i < 5000; i++) assert.equal(session.can("note", { text: String(i) }), true);
  assert.equal(kept.allowed, true);
  assert.notEqual(session.gate("note", { text: "0" }), undefined);
});

function refused({ value }, code) {
  assert.deepEqual(
    [value.allowed, value.verdict, value.governing, value.error?.code, value.reasons[0]?.code],
    [false, "error", code, code, code],
  );
  assert.ok(value.say.length > 10);
}

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
