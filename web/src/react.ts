// This file lists what "@holdfast/web/react" exports.

export { Gate, useGate, type GateProps, type Gating } from "./page/react.js";
