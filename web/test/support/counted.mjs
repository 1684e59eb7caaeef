// This file has what tests of gates begin with: an engine that counts its calls, and a session of the small bundle.

import { load } from "../../dist/index.js";
import { gate } from "./gate.mjs";
import { changeExports, moduleBytes, unreachable } from "./module.mjs";

export const user = { kind: "user", id: "u1" };
const module = await WebAssembly.compile(moduleBytes());
/** Waits for what is told in the next turn. */
export const turn = () => new Promise((resolve) => queueMicrotask(resolve));

/** Starts an engine that counts its calls, and dies in the next call of `calls.die`. */
export async function counted(t) {
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
