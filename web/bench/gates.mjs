// This file runs the comparison of contest.mjs in Node: npm run bench:gates.

import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import * as casl from "@casl/ability";
import opa from "@open-policy-agent/opa-wasm";
import * as cel from "cel-js";
import { LogicEngine } from "json-logic-engine";
import * as xstate from "xstate";
import { load } from "../dist/index.js";
import { contest } from "./contest.mjs";
import { lines } from "./table.mjs";

// Node 20's compiler ends the process where it has inlined calls of Cedar's exports ("unreachable code", in
// V8's Deoptimizer). It does not look into a Proxy, which costs a thousandth of such a call.
const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const { exports } = new Instance(module, imports);
  return {
    exports: Object.fromEntries(
      Object.entries(exports).map(([name, one]) => [name, typeof one === "function" ? new Proxy(one, {}) : one]),
    ),
  };
};
const { default: cedar } = await import("@cedar-policy/cedar-wasm/nodejs");
WebAssembly.Instance = Instance;

const libraries = {
  load,
  xstate,
  casl,
  cel,
  LogicEngine,
  cedar,
  opa: () => opa.loadPolicy(readFileSync(new URL("./opa/guard.wasm", import.meta.url))),
};
const busy = () => `load average ${loadavg()[0].toFixed(1)}`;

console.log(`Nanoseconds in Node ${process.versions.node}, and as multiples of Holdfast's; ${busy()}`);
await contest(libraries, { report: (row) => console.log(lines(row)) });
console.log(`\n${busy()}`);
process.exit(0);
