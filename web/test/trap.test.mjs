// This file tests what happens when the module dies in the middle of a call: the
// call says so, nothing was decided, and what was open comes back to the same bytes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../dist/index.js";
import { Op } from "../dist/contract/abi.js";
import { catalogOf, enter, gate, start } from "./support/gate.mjs";
import { changeExports, moduleBytes, unreachable } from "./support/module.mjs";

/** Ways to die that a host can meet; each leaves the module's own state behind it. */
const deaths = {
  "before the module has run": () => unreachable(),
  "after the module has run": (run) => (run(), unreachable()),
  "by its own exit": () => {
    throw new WebAssembly.RuntimeError("the module ended itself with status 2");
  },
  "by the end of the stack": (run) => {
    const deeper = () => deeper() + 1;
    run();
    deeper();
  },
  "without a status": (run) => (run(), 2),
  "with an unknown status": (run) => (run(), -1),
};

/** Starts an engine in which the next call of operation `next.op` dies as `next.die` says. */
async function mortal(t) {
  const next = { op: 0, die: undefined, instances: 0, decides: 0 };
  changeExports(t, ({ holdfast_call }) => {
    next.instances++;
    let dead = false;
    return {
      holdfast_call(op, handle, size) {
        assert.ok(!dead, "a dead instance was called");
        if (op === Op.Decide) next.decides++;
        if (op !== next.op) return holdfast_call(op, handle, size);
        next.op = 0;
        dead = true;
        return next.die(() => holdfast_call(op, handle, size));
      },
    };
  });
  return { engine: await load(moduleBytes()), next };
}

for (const [how, die] of Object.entries(deaths))
  test(`a decide that dies ${how} has decided nothing`, async (t) => {
    const { engine, next } = await mortal(t);
    const twin = (await load()).bundle(gate).open("s1"); // decides the same and never dies
    const session = engine.bundle(gate).open("s1");
    for (const proposal of [enter("task", 0), enter("spec", 1), enter("task", 2, 3, "automatic")])
      assert.equal(session.decide(proposal).text, twin.decide(proposal).text);
    Object.assign(next, { op: Op.Decide, die });
    assert.throws(() => session.decide(enter("task", 3)), { name: "HoldfastError", code: "engine/trap" });
    assert.equal(session.why(enter("task", 3)).text, twin.why(enter("task", 3)).text);
    assert.equal(session.decide(enter("task", 3)).text, twin.decide(enter("task", 3)).text);
    assert.deepEqual(session.snapshot(), twin.snapshot());
    assert.equal(next.instances, 3); // the twin's, the one that died, and the next
  });

test("each operation that dies throws, and the next call is answered", async (t) => {
  const { engine, next } = await mortal(t);
  const catalog = engine.catalog(catalogOf(engine));
  const bundle = engine.bundle(gate);
  const session = bundle.open("s1");
  const decision = session.decide(enter("task", 0));
  const snapshot = session.snapshot();
  const other = engine.bundle(gate).open("s1");
  const calls = {
    Canon: () => engine.canon("{}"),
    Digest: () => engine.digest("abc"),
    Load: () => engine.bundle(gate),
    Check: () => engine.check(gate),
    Complete: () => engine.complete({ action: "enter", actor: { kind: "user" } }, start),
    Open: () => bundle.open("s2"),
    Restore: () => bundle.restore(snapshot),
    Why: () => session.why(enter("chat", 1)).text,
    Decide: () => session.decide(enter("chat", 1)).verdict,
    Admissible: () => session.admissible({ actor: { kind: "user" } }),
    Path: () => session.path(enter("spec", 1)),
    Snapshot: () => session.snapshot(),
    View: () => session.view(),
    Replay: () => other.replay(decision).text,
    Catalog: () => engine.catalog(catalogOf(engine)),
    Resolve: () => catalog.resolve({ class: 1, room: "a" }),
  };
  for (const [op, call] of Object.entries(calls)) {
    Object.assign(next, { op: Op[op], die: unreachable });
    assert.throws(call, { name: "HoldfastError", code: "engine/trap" }, op);
    assert.doesNotThrow(call, op);
  }
  assert.equal(next.instances, 1 + Object.keys(calls).length);
  assert.equal(session.view().seq, 2);
});

test("a death while a session comes back is a death too, and the next call tries again", async (t) => {
  const { engine, next } = await mortal(t);
  const session = engine.bundle(gate).open("s1");
  const first = session.decide(enter("task", 0));
  for (const op of [Op.Load, Op.Open, Op.Decide]) {
    Object.assign(next, { op: Op.View, die: unreachable });
    assert.throws(() => session.view(), { code: "engine/trap" });
    Object.assign(next, { op, die: unreachable });
    assert.throws(() => session.view(), { code: "engine/trap" });
  }
  assert.equal(session.view().prev, engine.digest(first.bytes));
});

test("a session whose bundle was closed comes back all the same", async (t) => {
  const { engine, next } = await mortal(t);
  const bundle = engine.bundle(gate);
  const session = bundle.open("s1");
  bundle.close();
  session.decide(enter("task", 0));
  Object.assign(next, { op: Op.Why, die: unreachable });
  assert.throws(() => session.why(enter("chat", 1)), { code: "engine/trap" });
  assert.equal(session.decide(enter("chat", 1)).seq, 2);
  assert.throws(() => bundle.open("s2"), { code: "engine/closed" });
});

test("a session of any length comes back, and bytes the caller has changed since do not matter", async (t) => {
  const { engine, next } = await mortal(t);
  const session = engine.bundle(gate).open("s1");
  const encoder = new TextEncoder();
  for (const upTo of [1, 255, 256, 257, 600]) {
    for (let i = session.view().seq; i < upTo; i++) {
      const bytes = encoder.encode(JSON.stringify(enter(i % 2 ? "chat" : "task", i)));
      session.decide(bytes).bytes.fill(0);
      bytes.fill(0);
    }
    const before = session.view();
    Object.assign(next, { op: Op.Decide, die: unreachable });
    assert.throws(() => session.decide(enter("chat", upTo)), { code: "engine/trap" });
    next.decides = 0;
    assert.deepEqual(session.view(), before);
    assert.ok(next.decides <= 256, `${next.decides} proposals were decided again`);
  }
});

test("a session that would come back to other bytes does not come back", async (t) => {
  const { engine, next } = await mortal(t);
  const session = engine.bundle(gate).open("s1");
  session.decide(enter("task", 0));
  Object.assign(next, { op: Op.View, die: unreachable });
  assert.throws(() => session.view(), { code: "engine/trap" });
  // The next instance decides with another operation's answer: a module that is not deterministic.
  changeExports(t, ({ holdfast_call }) => ({
    holdfast_call: (op, handle, size) => holdfast_call(op === Op.Decide ? Op.Snapshot : op, handle, size),
  }));
  assert.throws(() => session.view(), { code: "engine/rebuild" });
  assert.throws(() => session.decide(enter("chat", 1)), { code: "engine/rebuild" });
});

test("the text of a crash reaches the log and the error", async (t) => {
  let print;
  changeExports(t, ({ holdfast_call, memory }) => ({
    holdfast_call: (...call) => print?.(memory) ?? holdfast_call(...call),
  }));
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (module, imports) {
    const wasi = imports.wasi_snapshot_preview1;
    print = (memory) => {
      const view = new DataView(memory.buffer);
      const text = new TextEncoder().encode("panic: out of luck\n\ngoroutine 1 [running]:\n");
      new Uint8Array(memory.buffer, 64, text.length).set(text);
      view.setUint32(32, 64, true);
      view.setUint32(36, text.length, true);
      wasi.fd_write(2, 32, 1, 40);
      wasi.proc_exit(2);
    };
    return new Instance(module, imports);
  };
  t.after(() => (WebAssembly.Instance = Instance));
  const said = [];
  const engine = await load(moduleBytes(), { log: (text) => said.push(text) });
  assert.throws(
    () => engine.canon("1"),
    (error) => {
      assert.equal(error.code, "engine/trap");
      assert.match(error.message, /panic: out of luck/);
      assert.ok(error.cause instanceof WebAssembly.RuntimeError);
      return true;
    },
  );
  assert.deepEqual(said, ["panic: out of luck\n\ngoroutine 1 [running]:"]);
});
