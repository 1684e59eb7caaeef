// This file lists what "@holdfast/web/element" exports.

export {
  HoldfastGate,
  attach,
  attachText,
  bind,
  gateOf,
  type BindOptions,
  type ControlOptions,
  type GateMaker,
  type Sessionlike,
} from "./page/element.js";
