// A gate before an origin: what the bundle would refuse never gets there.

import { edge } from "@holdfast/web/edge";
import module from "../../../../dist/edge/holdfast.wasm";
import checkout from "../../../../testdata/golden/checkout/bundle.json";

const gate = edge({
  module,
  bundle: checkout,
  async propose(request) {
    if (request.method !== "POST" || new URL(request.url).pathname !== "/cart") return undefined;
    return { action: "add", actor: { kind: "shopper", id: await login(request) }, args: await request.clone().json() };
  },
});

export default {
  async fetch(request) {
    const verdict = await gate(request);
    return verdict.response ?? fetch(verdict.request);
  },
};

/** Says who asks. Put your own here: the body is never believed about that. */
async function login(request) {
  return request.headers.get("Authorization") === "Bearer demo" ? "ann" : "anonymous";
}
