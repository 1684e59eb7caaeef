// This file is one cold start in a fresh page, of the engine that the address names (?who=holdfast or Cedar-wasm): from
// the module, compiled while it arrives, to the first decision on a rulebook of fifty guards, or of one (?guards=1).
// What it took, in milliseconds, is told to
// the opener of the page.

import { fifty, policies, request } from "../contest.mjs";

const actor = { kind: "user", id: "u1" };
const asked = new URL(location).searchParams;
const one = asked.get("guards") === "1";
const bundle = one ? { ...fifty, actions: { act7: {} }, constraints: [fifty.constraints[7]] } : fifty;
const rules = one ? policies[7] : policies.join("\n");

/**
 * Where each module is, and what prepares its JavaScript: a function from the compiled module to whether the first
 * decision says yes. It calls lap after each part of the way.
 */
const starts = {
  holdfast: [
    "/dist/module/holdfast.wasm",
    async () => {
      const { load } = await import("/dist/index.js");
      return async (module, lap) => {
        const engine = await load(module);
        lap("instance");
        const session = engine.bundle(bundle).open("cold", { actor });
        lap("rulebook");
        return session.decide({ action: "act7", actor, args: {}, at: Date.now(), reasons: ["request"] }).committed;
      };
    },
  ],
  "Cedar-wasm": [
    "/bench/node_modules/@cedar-policy/cedar-wasm/web/cedar_wasm_bg.wasm",
    async () => {
      const { default: start, isAuthorized } =
        await import("/bench/node_modules/@cedar-policy/cedar-wasm/web/cedar_wasm.js");
      return async (module, lap) => {
        await start({ module_or_path: module });
        lap("instance");
        return isAuthorized({ ...request(7, 50), policies: { staticPolicies: rules } }).response.decision === "allow";
      };
    },
  ],
};

async function main() {
  const who = asked.get("who");
  const [path, prepare] = starts[who];
  const decide = await prepare();
  const begin = performance.now();
  const module = await WebAssembly.compileStreaming(fetch(`${path}?salt=${crypto.randomUUID()}`));
  const compiled = performance.now();
  const parts = {};
  let last = compiled;
  const lap = (part) => {
    const now = performance.now();
    parts[part] = now - last;
    last = now;
  };
  if (!(await decide(module, lap))) throw new Error(`${who} says no, and should say yes`);
  lap("decision");
  return { who, compile: compiled - begin, decide: last - compiled, parts };
}

main()
  .catch((error) => ({ error: String(error?.stack ?? error) }))
  .then((outcome) => {
    window.outcome = outcome;
    if (parent !== window) parent.postMessage(outcome, location.origin);
  });
