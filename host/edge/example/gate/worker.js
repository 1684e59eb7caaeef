// A gate before an origin: what the bundle would refuse never gets there.

import { edge, pass } from "@holdfast/web/edge";
import module from "../../../../dist/edge/holdfast.wasm";
import checkout from "../../../../testdata/golden/checkout/bundle.json";

const gate = edge({
  module,
  bundle: checkout,
  seal: (env) => ({ id: "2026-11", secret: env.SEAL }), // the origin checks it: verifyVerdict, or gate.Require in Go
  routes: {
    "POST /cart": async (request) => ({
      action: "add",
      actor: { kind: "shopper", id: await login(request) },
      args: await request.json(),
    }),
    "GET /cart": pass,
    "GET /{rest...}": pass, // what is not named here gets nowhere
  },
});

export default {
  async fetch(request, env, ctx) {
    const verdict = await gate(request, env, ctx);
    return verdict.response ?? fetch(verdict.request);
  },
};

/** Says who asks. Put your own here: the body is never believed about that. */
async function login(request) {
  return request.headers.get("Authorization") === "Bearer demo" ? "ann" : "anonymous";
}
