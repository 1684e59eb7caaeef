// The whole server at the edge. `npx wrangler deploy` in this folder deploys it.

import { serve } from "../../../../dist/edge/holdfast.js";
import module from "../../../../dist/edge/holdfast.wasm";
import program from "../../../../dist/edge/program.wasm";
import checkout from "../../../../testdata/golden/checkout/bundle.json";

const { worker, Holdfast } = serve({ module, program, bundles: [checkout] });
export { Holdfast };
export default worker;
