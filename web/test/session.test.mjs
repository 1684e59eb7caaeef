// This file tests what a bundle, a session and an engine do, and refuse to.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Decision, HoldfastError, load } from "../dist/index.js";
import { catalogOf, enter, gate, start } from "./support/gate.mjs";

let engine, bundle;

before(async () => {
  engine = await load();
  bundle = engine.bundle(gate);
});

after(() => engine.close());

test("canon gives canonical bytes of an object, of text and of bytes", () => {
  for (const input of [
    { b: [1, 2.5], a: "é" },
    ' {"b":[1.0,25e-1], "a":"\\u00e9"}',
    new TextEncoder().encode('{"b":[1,2.5],"a":"é"}'),
  ])
    assert.equal(text(engine.canon(input)), '{"a":"é","b":[1,2.5]}');
  refuses(() => engine.canon('{"a":1,"a":2}'), "json/duplicate-key", { offset: 7 });
  refuses(() => engine.canon(Uint8Array.of(0x22, 0xff, 0x22)), "json/invalid-utf8", { offset: 1 });
  refuses(() => engine.canon('"\\ud800"'), "json/lone-surrogate");
  refuses(() => engine.canon("1e400"), "json/number-range");
  refuses(() => engine.canon("[1] 2"), "json/trailing-bytes");
  refuses(() => engine.canon(""), "json/syntax");
  refuses(() => engine.canon({ a: undefined }), "json/undefined", { path: "a" });
});

test("documents of every size cross whole, over the resting buffer's size too", () => {
  for (const size of [0, 1, 21_844, 21_845, 21_846, 65_533, 65_534, 65_535, 1_000_000, 8_388_600]) {
    const text = '"' + "x".repeat(size) + '"';
    assert.equal(engine.canon(text).length, size + 2);
    assert.equal(engine.canon(new TextEncoder().encode(text)).length, size + 2);
  }
  for (const size of [21_844, 30_000, 100_000])
    assert.equal(engine.canon('"' + "€".repeat(size) + '"').length, 3 * size + 2);
  refuses(() => engine.canon('"' + "x".repeat(8_388_607) + '"'), "limit/json-size");
  refuses(() => engine.canon('"' + "x".repeat(9_000_000) + '"'), "limit/json-size");
});

test("complete fills in what was left out", () => {
  assert.deepEqual(JSON.parse(text(engine.complete({ action: "enter", actor: { kind: "user" } }, start))), {
    action: "enter",
    actor: { kind: "user", id: "user" },
    args: {},
    at: start,
    reasons: ["request"],
  });
  assert.deepEqual(JSON.parse(text(engine.complete(enter("task", 5), start))), enter("task", 5));
  refuses(() => engine.complete("[]", start), "proposal/shape");
});

test("check lists all findings, and a bundle that has some does not load", () => {
  assert.deepEqual(engine.check(gate), []);
  const broken = structuredClone(gate);
  broken.constraints[0].require = "args.drft <= 20";
  broken.state.mode.init = "chatt";
  const findings = engine.check(broken);
  assert.ok(findings.length >= 2, JSON.stringify(findings));
  refuses(() => engine.bundle(broken), findings[0].code, { path: findings[0].path });
  try {
    engine.bundle(broken);
  } catch (error) {
    assert.deepEqual(error.errors, findings);
  }
  refuses(() => engine.bundle("{"), "json/syntax");
});

test("a bundle tells what it is, and its digest is that of its canonical bytes", () => {
  assert.equal(bundle.digest, engine.digest(engine.canon(gate)));
  assert.equal(bundle.info.digest, bundle.digest);
  assert.equal(bundle.info.bundle, "gate");
});

test("decisions come in canonical bytes, chained, with all their reasons", () => {
  const session = bundle.open("s1");
  const first = session.decide(enter("task", 0));
  assert.ok(first instanceof Decision);
  assert.deepEqual([first.verdict, first.committed, first.governing, first.seq], ["commit", true, "", 1]);
  assert.deepEqual(first.changes[0], { from: "chat", path: "mode", to: "task" });
  const second = session.decide(enter("spec", 1, 30));
  assert.deepEqual([second.verdict, second.committed, second.governing, second.seq], ["revert", false, "GRD-5", 2]);
  assert.deepEqual(
    second.violations.map(({ id }) => id),
    ["GRD-5", "GRD-4"],
  );
  assert.equal(second.violations[0].say, "Leave task for chat first.");
  assert.equal(second.document.prev, engine.digest(first.bytes));
  for (const decision of [first, second]) {
    assert.equal(text(engine.canon(decision.bytes)), decision.text);
    assert.deepEqual(JSON.parse(JSON.stringify(decision)), decision.document);
  }
  session.close();
});

test("an object, text and bytes of one proposal give the same bytes", () => {
  const proposal = enter("task");
  const [a, b, c] = [proposal, JSON.stringify(proposal, null, 2), engine.canon(proposal)].map((form) => {
    const session = bundle.open("s1");
    const { text } = session.decide(form);
    session.close();
    return text;
  });
  assert.equal(a, b);
  assert.equal(b, c);
});

test("what is no proposal is an error, and nothing is recorded", () => {
  const session = bundle.open("s1");
  session.decide(enter("task", 10));
  const before = text(session.snapshot());
  const bad = [
    [{ ...enter("spec", 11), action: "entr" }, "proposal/action"],
    [enter("nowhere", 11), "proposal/argument"],
    [enter("spec", 11, 101), "proposal/argument"],
    [enter("spec", 11, 3, "nobody"), "proposal/agent"],
    [enter("spec", 9), "proposal/earlier"],
    [{ ...enter("spec", 11), more: 1 }, "proposal/shape"],
    [enter("spec", 11, 2 ** 53), "json/number-range"],
    ["", "json/syntax"],
    ["null", "proposal/shape"],
    [new Uint8Array(0), "json/syntax"],
    [JSON.stringify(enter("chat", 11)) + "x", "json/trailing-bytes"],
    [" ".repeat(70_000), "limit/proposal"],
    [enter("chat", 11, NaN), "json/not-a-number"],
    [{ ...enter("chat", 11), args: { to: "chat", drift: undefined } }, "json/undefined"],
  ];
  for (const [proposal, code] of bad) {
    refuses(() => session.decide(proposal), code);
    refuses(() => session.why(proposal), code);
  }
  assert.equal(text(session.snapshot()), before);
  session.close();
});

test("questions change nothing", () => {
  const session = bundle.open("s1");
  const before = text(session.snapshot());
  const why = session.why(enter("task"));
  assert.equal(why.verdict, "commit");

  const { actions, halted } = session.admissible({ actor: { kind: "user" } });
  assert.equal(halted, false);
  const toTask = actions.find(({ action, args }) => action === "enter" && args.to === "task");
  assert.deepEqual([toTask.verdict, toTask.open], ["open", ["args.drift"]]);

  assert.deepEqual([session.path(enter("task")).found, session.path(enter("task")).steps.length], [true, 0]);
  const never = session.path(enter("task", 0, 50));
  assert.equal(never.found, false);

  const { state, seq, frozen, holds } = session.view();
  assert.deepEqual({ state, seq, frozen, holds }, { state: { mode: "chat" }, seq: 0, frozen: false, holds: [] });
  assert.equal(text(session.snapshot()), before);
  assert.equal(session.decide(enter("task")).text, why.text);
  const way = session.path(enter("spec", 1));
  assert.deepEqual(
    way.steps.map(({ args }) => args.to),
    ["chat"],
  );
  refuses(() => session.admissible({ actor: { kind: "nobody" } }), "proposal/agent");
  refuses(() => session.admissible({}), "question/shape");
  session.close();
});

test("a held proposal waits and is confirmed by its digest", () => {
  const session = bundle.open("s1");
  const held = session.decide(enter("task", 0, 3, "automatic"));
  assert.equal(held.verdict, "hold");
  const [parked] = session.view().holds;
  assert.deepEqual([parked.seq, parked.digest, parked.by], [held.seq, held.document.proposal, ["user"]]);
  const confirm = {
    action: "confirm",
    actor: { kind: "user", id: "u1" },
    args: { hold: held.seq, digest: parked.digest },
    at: start,
    reasons: ["request"],
  };
  assert.equal(session.decide(confirm).verdict, "commit");
  assert.equal(session.view().state.mode, "task");
  session.close();
});

test("a snapshot goes on where it was taken", () => {
  const session = bundle.open("s1");
  session.decide(enter("task", 0));
  session.decide(enter("chat", 1, 3, "automatic"));
  const snapshot = session.snapshot();
  const other = bundle.restore(snapshot);
  assert.deepEqual(other.snapshot(), snapshot);
  assert.equal(other.decide(enter("chat", 2)).text, session.decide(enter("chat", 2)).text);
  assert.equal(text(bundle.restore(JSON.parse(text(snapshot))).snapshot()), text(snapshot));
  refuses(() => bundle.restore("{}"), "session/snapshot");
  refuses(() => engine.bundle({ ...gate, version: "1.0.1" }).restore(snapshot), "session/digest");
  session.close();
  other.close();
});

test("replay records what comes to the same bytes and refuses what does not", () => {
  const session = bundle.open("s1");
  const log = [enter("task", 0), enter("spec", 1), enter("spec", 2)].map((proposal) => session.decide(proposal));
  const again = bundle.open("s1");
  assert.equal(again.replay(log[0]).text, log[0].text);
  const altered = log[1].bytes.slice();
  altered[altered.length - 3] ^= 1;
  const before = text(again.snapshot());
  refuses(() => again.replay(altered), undefined);
  refuses(() => again.replay(log[2].bytes), "replay/differs");
  refuses(() => again.replay("{}"), "replay/record");
  assert.equal(text(again.snapshot()), before);
  again.replay(log[1].text);
  again.replay(log[2].bytes);
  assert.equal(text(again.snapshot()), text(session.snapshot()));
});

test("bytes that are handed out or in are copies", () => {
  const session = bundle.open("s1");
  const first = session.decide(enter("task"));
  const kept = first.text;
  session.decide(enter("chat", 1));
  assert.equal(first.text, kept);
  const snapshot = session.snapshot();
  const copy = snapshot.slice();
  snapshot.fill(0);
  assert.deepEqual(session.snapshot(), copy);
  session.close();
});

test("an id is text that is not empty", () => {
  refuses(() => bundle.open(""), "session/id");
  refuses(() => bundle.open("x".repeat(129)), "session/id");
  refuses(() => bundle.open("\ud800"), "json/lone-surrogate");
});

test("what is closed is closed, twice is no error, and what was opened on it goes on", () => {
  const own = engine.bundle(gate);
  const session = own.open("s1");
  own.close();
  own.close();
  refuses(() => own.open("s2"), "engine/closed");
  refuses(() => own.restore("{}"), "engine/closed");
  assert.equal(session.decide(enter("task")).verdict, "commit");
  session[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  for (const call of [() => session.decide(enter("chat", 1)), () => session.view(), () => session.snapshot()])
    refuses(call, "engine/closed");
});

test("a closed engine answers nothing, nor does anything of it", async () => {
  const other = await load();
  const session = other.bundle(gate).open("s1");
  other.close();
  refuses(() => other.canon("1"), "engine/closed");
  refuses(() => other.bundle(gate), "engine/closed");
  refuses(() => session.decide(enter("task")), "engine/closed");
  session.close();
});

test("twenty thousand decisions leave the module's memory about where it was", async () => {
  const { Instance } = WebAssembly;
  let memory;
  WebAssembly.Instance = function (module, imports) {
    const instance = new Instance(module, imports);
    memory = instance.exports.memory;
    return instance;
  };
  const own = await load().finally(() => (WebAssembly.Instance = Instance));
  const session = own.bundle(gate).open("s1");
  const note = (i) =>
    session.decide({
      action: "note",
      actor: { kind: "user", id: "u1" },
      args: { text: "n" + i },
      at: start + i,
      reasons: ["request"],
    });
  for (let i = 0; i < 8_000; i++) note(i);
  const before = memory.buffer.byteLength;
  for (let i = 8_000; i < 28_000; i++) note(i);
  // The collector takes a few pages more or less; a leak of fifty bytes a decision would be a megabyte.
  const grown = memory.buffer.byteLength - before;
  assert.ok(grown < 1_000_000, `the module's memory grew by ${grown} bytes`);
  assert.equal(session.view().seq, 28_000);
  own.close();
});

test("a catalog's cursor names one bundle, or stalls", () => {
  const catalog = engine.catalog(catalogOf(engine));
  assert.deepEqual([catalog.info.catalog, catalog.info.version, catalog.info.cursors.length], ["gates", "1.0.0", 3]);
  const { bundle: strict, stall } = catalog.resolve({ class: 1, room: "a" });
  assert.equal(stall, undefined);
  assert.equal(strict.open("s1").decide(enter("task", 0, 6)).governing, "GRD-4");
  const { bundle: loose } = catalog.resolve('{"room":"a","class":2}');
  assert.equal(loose.open("s1").decide(enter("task", 0, 6)).verdict, "commit");
  for (const [cursor, matches] of [
    [{ class: 1, room: "z" }, 0],
    [{ class: "1", room: "a" }, 0],
    [{ class: 2 }, 2],
    [{}, 3],
  ]) {
    const { bundle, stall } = catalog.resolve(cursor);
    assert.equal(bundle, undefined);
    assert.deepEqual([stall.verdict, stall.matches], ["stall", matches]);
  }
  refuses(() => catalog.resolve("[]"), "catalog/cursor");
  catalog.close();
  refuses(() => catalog.resolve({ class: 1, room: "a" }), "engine/closed");
  assert.equal(strict.open("s2").decide(enter("task")).verdict, "commit");
});

test("a catalog that was altered resolves to nothing", () => {
  const altered = catalogOf(engine);
  altered.entries[0].params.limit = 100;
  refuses(() => engine.catalog(altered).resolve({ class: 1, room: "a" }), "catalog/digest");
  refuses(() => engine.catalog({ ...altered, entries: "none" }), "catalog/shape");
});

function text(bytes) {
  return new TextDecoder().decode(bytes);
}

function refuses(call, code, more = {}) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof HoldfastError, error?.stack);
    if (code !== undefined) assert.equal(error.code, code, error.message);
    for (const [key, value] of Object.entries(more)) assert.equal(error[key], value);
    return true;
  });
}
