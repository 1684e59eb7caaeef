// This file lists what is tested of the engine in a real browser: signatures, a worker, traps and memory.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { propose, wide } from "../support/wide.mjs";
import { lab } from "./lab.mjs";

export const suites = {
  async "signatures are verified as in Go and Node"(where) {
    const folder = new URL("../../../testdata/signature/", import.meta.url);
    const cases = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")));
    assert.ok(cases.length > 50);
    await lab(where, "", async (page) => {
      const verified = await page.evaluate(async (cases) => {
        const verified = [];
        for (const { name, kind, document, note, keys } of cases) {
          const { engine } = window.lab;
          verified.push([
            name,
            await (
              kind === "bundle" ? engine.signed(document, note, keys) : engine.signedCatalog(document, note, keys)
            ).then(
              () => "",
              ({ code }) => code,
            ),
          ]);
        }
        return verified;
      }, cases);
      assert.deepEqual(
        verified,
        cases.map(({ name, code }) => [name, code]),
      );
    });
  },

  async "a worker is ended when a call takes too long, and its session comes back"(where) {
    await lab(where, "", async (page) => {
      const asked = { wide, turn: propose("turn_v3"), end: propose("end") };
      const result = await page.evaluate(async ({ wide, turn, end }) => {
        const engine = await window.lab.work(undefined, { deadline: 10_000 });
        const session = await (await engine.bundle(wide)).open("s1");
        const before = (await session.decide(turn)).text;
        engine.deadline = 5;
        const code = await session.path(end).then(
          () => "",
          (error) => error.code,
        );
        engine.deadline = 10_000;
        const after = await session.view();
        engine.close();
        const twin = window.lab.engine.bundle(wide).open("s1");
        return {
          code,
          on: after.state.v3,
          seq: after.seq,
          same: twin.decide(turn).text === before,
          digest: engine.moduleDigest === window.lab.engine.moduleDigest,
        };
      }, asked);
      assert.deepEqual(result, { code: "engine/deadline", on: true, seq: 1, same: true, digest: true });
    });
  },

  async "a trap closes no page and opens no gate"(where) {
    await lab(
      where,
      `<button id="a" data-gate="enter" data-gate-args='{"to":"task","drift":0}'>A</button>`,
      async (page) => {
        const states = await page.evaluate(async () => {
          const turn = () => new Promise((resolve) => setTimeout(resolve));
          const { Instance } = WebAssembly;
          let dying = 0;
          WebAssembly.Instance = function (module, imports) {
            const { exports } = new Instance(module, imports);
            return {
              exports: {
                ...exports,
                holdfast_call: (...call) => {
                  if (dying-- > 0) throw new WebAssembly.RuntimeError("unreachable");
                  return exports.holdfast_call(...call);
                },
              },
            };
          };
          const engine = await window.lab.load();
          const session = engine
            .bundle(await (await fetch("mode.json")).text())
            .open("s1", { actor: { kind: "user", id: "u1" } });
          window.lab.bind(document, session);
          const state = () => document.querySelector("#a").getAttribute("aria-disabled");
          const states = [state()];
          dying = 1000;
          session.gates.refresh();
          await turn();
          states.push(state(), session.gate("enter", { to: "task", drift: 0 }).governing);
          dying = 0;
          session.gates.refresh();
          await turn();
          states.push(state());
          dying = 1; // one trap is survived unseen
          session.gates.refresh();
          await turn();
          states.push(state());
          WebAssembly.Instance = Instance;
          return states;
        });
        assert.deepEqual(states, ["false", "true", "engine/trap", "false", "false"]);
      },
    );
  },

  async "memory stays where it is over a hundred thousand decisions with gates in use"(where) {
    await lab(where, "", async (page) => {
      const client = await page.context().newCDPSession(page);
      const heap = async () => {
        await client.send("HeapProfiler.collectGarbage");
        return (await client.send("Runtime.getHeapUsage")).usedSize;
      };
      const decide = (count) =>
        page.evaluate(async (count) => {
          window.session ??= window.lab.engine
            .bundle({
              holdfast: 1,
              bundle: "b",
              version: "1.0.0",
              agents: { user: {} },
              state: { on: { type: "bool" } },
              actions: { turn: { set: { on: "!state.on" } }, off: { by: ["user"] } },
              constraints: [{ id: "X", level: "operational", on: ["off"], require: "state.on" }],
            })
            .open("m", { actor: { kind: "user" } });
          const gate = window.session.gate("off");
          window.leave ??= gate.subscribe(() => {});
          let open = 0;
          for (let i = 0; i < count; i++) {
            window.session.decide(window.session.gate("turn").proposal());
            if (gate.allowed) open++;
            if (i % 1000 === 0) await 0;
          }
          return open;
        }, count);
      await decide(20_000);
      const before = await heap();
      assert.equal(await decide(100_000), 50_000);
      const grown = (await heap()) - before;
      assert.ok(grown < 2 << 20, `the heap has grown by ${grown} bytes`);
    });
  },
};
