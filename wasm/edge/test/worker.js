// This file is the worker that the tests run: as in the example, with a clock that a request may set.

import { clock } from "./clock.js";
import module from "./holdfast.wasm";
import program from "./program.wasm";
import checkout from "./checkout.json";
import { serve } from "./holdfast.js";

const { worker, Holdfast } = serve({ module, program, bundles: [checkout] });
export { Holdfast };

export default {
  fetch(request, env, ctx) {
    const now = request.headers.get("Test-Now");
    if (now !== null) clock.now = Number(now);
    return worker.fetch(request, env, ctx);
  },
};
