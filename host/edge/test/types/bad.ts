// This file is compiled as a worker is: each line that is marked is refused.

import { edge, pass, type EdgeVerdict } from "../../../../web/dist/edge.js";
import { serve } from "../../../../dist/edge/holdfast.js";
import module from "./holdfast.wasm";
import program from "./program.wasm";

const holdfast = serve<Env>({ module, program });
new holdfast.Holdfast({} as DurableObjectState, {}); // refused
holdfast.worker.fetch(new Request("http://h/"), {}, {} as ExecutionContext); // refused
serve({ module }); // refused

edge({ module, bundle: {}, propose: () => undefined }); // refused
edge({ module, bundle: {}, propose: () => null }); // refused
edge({ module, bundle: {}, propose: () => true }); // refused
edge({ module, bundle: {}, propose: async () => {} }); // refused
edge({ module, bundle: {}, routes: { "GET /": "pass" } }); // refused
edge({ module, bundle: {}, routes: { "GET /": () => {} } }); // refused
edge({ module, bundle: {}, routes: { "GET /": pass }, forward: ["held"] }); // refused
edge({ module, bundle: {}, routes: { "GET /": pass }, seal: { id: "x" } }); // refused

const gate = edge({ module, bundle: {}, propose: (_request, env: Env) => (env.SEAL === "" ? pass : new Response()) });
void gate(new Request("http://h/")); // refused
void gate(new Request("http://h/"), {}); // refused

export function careless(verdict: EdgeVerdict): unknown[] {
  fetch(verdict.request); // refused
  if (verdict.outcome === "refused") return [verdict.request.url]; // refused
  if (verdict.outcome === "passed") return [verdict.decision.verdict]; // refused
  if (verdict.outcome === "held") return []; // refused
  return [verdict.decision.verdict]; // refused
}
