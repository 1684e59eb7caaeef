// The worker that the tests run: what the README has, and bundles that come with it.

import module from "./holdfast.wasm";
import program from "./program.wasm";
import checkout from "./checkout.json";
import { serve } from "./holdfast.js";

const { worker, Holdfast } = serve({ module, program, bundles: [checkout] });
export { Holdfast };
export default worker;
