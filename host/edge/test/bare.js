// This file is the worker with nothing published.

import module from "./holdfast.wasm";
import program from "./program.wasm";
import { serve } from "./holdfast.js";

const { worker, Holdfast } = serve({ module, program });
export { Holdfast };
export default worker;
