// This file is the whole worker, which also says how much memory its WebAssembly has.

import { sizes } from "./instances.js"; // first, so that it sees all
import module from "./holdfast.wasm";
import program from "./program.wasm";
import checkout from "./checkout.json";
import { serve } from "./holdfast.js";

const { worker, Holdfast } = serve({ module, program, bundles: [checkout] });
export { Holdfast };

export default {
  fetch: (request, env, ctx) =>
    new URL(request.url).pathname === "/test/memory" ? Response.json(sizes()) : worker.fetch(request, env, ctx),
};
