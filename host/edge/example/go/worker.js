import { goWorker } from "../../../../dist/edge/holdfast.js";
import module from "../../../../dist/edge/holdfast.wasm";
import program from "../../../../dist/edge/example-go.wasm";

export default goWorker({ module, program });
