// This file tests the engine in a worker: the same bytes, and an end to what takes too long.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../dist/index.js";
import { work } from "../dist/worker.js";
import { enter, gate } from "./support/gate.mjs";
import { moduleBytes } from "./support/module.mjs";
import { propose, wide } from "./support/wide.mjs";

const module = await WebAssembly.compile(moduleBytes());

test("a worker gives the same bytes, errors too", async (t) => {
  const engine = await work(module);
  t.after(() => engine.close());
  const here = await load(module);
  const [bundle, twin] = [await engine.bundle(gate), here.bundle(gate)];
  assert.deepEqual(bundle.info, twin.info);
  assert.equal(bundle.digest, twin.digest);
  const [session, own] = [await bundle.open("s1"), twin.open("s1")];
  for (let i = 0; i < 300; i++) {
    const proposal = enter(["task", "spec", "chat"][i % 3], i, i % 40);
    assert.equal((await session.decide(proposal)).text, own.decide(proposal).text);
  }
  const question = { actor: { kind: "user", id: "u1" }, at: enter("chat", 900).at };
  assert.equal((await session.why(enter("spec", 900))).text, own.why(enter("spec", 900)).text);
  assert.deepEqual(await session.admissible(question), own.admissible(question));
  assert.deepEqual(await session.path(enter("spec", 900)), own.path(enter("spec", 900)));
  assert.deepEqual(await session.view(), own.view());
  assert.deepEqual(await session.snapshot(), own.snapshot());
  assert.deepEqual(await (await bundle.restore(await session.snapshot())).view(), own.view());
  assert.deepEqual(await engine.canon(" [1.0] "), here.canon("[1]"));
  for (const [call, same] of [
    [() => session.decide({ action: "enter" }), () => own.decide({ action: "enter" })],
    [
      () => session.decide({ ...enter("task", 900), args: { to: "tusk", drift: 1 } }),
      () => own.decide({ ...enter("task", 900), args: { to: "tusk", drift: 1 } }),
    ],
    [() => engine.bundle({}), () => here.bundle({})],
  ]) {
    let wanted;
    assert.throws(same, (error) => ((wanted = error), true));
    await assert.rejects(call(), ({ name, code, path, message, errors }) => {
      assert.deepEqual(
        { name, code, path, message, errors },
        { name: "HoldfastError", code: wanted.code, path: wanted.path, message: wanted.message, errors: wanted.errors },
      );
      return true;
    });
  }
});

test("what takes too long is ended, and the session comes back", async (t) => {
  const engine = await work(module);
  t.after(() => engine.close());
  const session = await (await engine.bundle(wide)).open("s1");
  const twin = (await load(module)).bundle(wide).open("s1");
  for (let i = 0; i < 3; i++) {
    const proposal = propose(`turn_v${i}`, i);
    assert.equal((await session.decide(proposal)).text, twin.decide(proposal).text);
    engine.deadline = 5;
    await assert.rejects(session.path(propose("end", i)), { code: "engine/deadline" });
    engine.deadline = 10_000;
    assert.deepEqual(await session.view(), twin.view());
  }
});

test("calls wait for each other and have each a deadline of its own", async (t) => {
  const engine = await work(module, { deadline: 10_000 });
  t.after(() => engine.close());
  const session = await (await engine.bundle(gate)).open("s1");
  const decisions = await Promise.all(
    Array.from({ length: 20 }, (_, i) => session.decide(enter(i % 2 ? "chat" : "task", i))),
  );
  assert.deepEqual(
    decisions.map(({ seq }) => seq),
    decisions.map((_, i) => i + 1),
  );
});

test("a closed engine refuses, also what was under way", async () => {
  const engine = await work(module);
  const session = await (await engine.bundle(wide)).open("s1");
  const waiting = [session.path(propose("end")), session.view()];
  engine.close(); // at once: a while later a quick machine has answered
  for (const one of waiting) await assert.rejects(one, { code: "engine/closed" });
  await assert.rejects(session.view(), { code: "engine/closed" });
});

test("a worker that fails or lies is an error, never an answer", async () => {
  const fake = (answer) => () => {
    const worker = { postMessage: (task) => queueMicrotask(() => answer(worker, task)), terminate() {} };
    return worker;
  };
  await assert.rejects(work(module, { worker: fake((worker) => worker.onerror({ message: "no such file" })) }), {
    code: "engine/worker",
    message: /no such file/,
  });
  await assert.rejects(work(module, { worker: fake((worker) => worker.onmessageerror()) }), { code: "engine/worker" });
  await assert.rejects(work(module, { worker: fake(() => {}), deadline: 20 }), { code: "engine/deadline" });
  await assert.rejects(
    work(module, {
      worker: () => {
        throw new Error("none here");
      },
    }),
    { code: "engine/worker", message: /none here/ },
  );
  await assert.rejects(work(module, { digest: "sha256:x" }), { code: "load/digest" });
  await assert.rejects(work(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))), {
    code: "load/module",
  });
});
