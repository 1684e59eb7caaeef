// This file tests gates: what they answer, when they ask, whom they tell, and that
// none is ever open by mistake.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Gates, HoldfastError, load } from "../dist/index.js";
import { Op } from "../dist/contract/abi.js";
import { counted, turn, user } from "./support/counted.mjs";
import { enter, gate, start } from "./support/gate.mjs";

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
  const { session } = await counted(t);
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
