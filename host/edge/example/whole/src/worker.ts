// The whole server at the edge. `npm run dev` runs it, `npm test` tests it, `npm run deploy` deploys it.

import { serve } from "@holdfast/edge";
import module from "@holdfast/edge/holdfast.wasm";
import program from "@holdfast/edge/program.wasm";
import checkout from "../../../../../testdata/golden/checkout/bundle.json";

const holdfast = serve<Env>({ module, program, bundles: [checkout] });

/** A session's object. wrangler.jsonc names the class. */
export class Holdfast extends holdfast.Holdfast {}

export default holdfast.worker;
