// This file is a worker with a gate beside the whole server: the gate is of another copy of the SDK than holdfast.js
// has in it, and uses the engine of that.

import { edge, pass } from "./edge.js";
import module from "./holdfast.wasm";
import program from "./program.wasm";
import checkout from "./checkout.json";
import { serve } from "./holdfast.js";

const { worker, Holdfast, engine } = serve({ module, program, bundles: [checkout] });
export { Holdfast };

let server; // of this request
const gate = edge({
  module: engine,
  bundle: checkout,
  session: (request, env, ctx, { params }) => server(`/v1/sessions/${params.session}/snapshot`),
  routes: {
    "POST /carts/{session}": async (request) => ({
      action: "add",
      actor: { kind: "shopper", id: "ann" },
      args: await request.json(),
    }),
    "/v1/{rest...}": pass,
  },
});

export default {
  async fetch(request, env, ctx) {
    const { origin } = new URL(request.url);
    server = (path) =>
      worker.fetch(new Request(origin + path, { headers: { Host: request.headers.get("Host") } }), env, ctx);
    const verdict = await gate(request, env, ctx);
    if (verdict.response !== undefined) return verdict.response;
    if (verdict.outcome === "passed") return worker.fetch(verdict.request, env, ctx);
    return Response.json({ verdict: verdict.decision.verdict, seq: verdict.decision.seq });
  },
};
