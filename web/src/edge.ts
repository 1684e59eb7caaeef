// This file lists what "@holdfast/web/edge" exports.

export { edge } from "./edge/edge.js";
export {
  pass,
  type EdgeContext,
  type EdgeEvent,
  type EdgeGate,
  type EdgeOptions,
  type EdgeProposal,
  type EdgeRoute,
  type EdgeVerdict,
  type Propose,
  type Proposed,
  type Snapshot,
} from "./edge/options.js";
export type { PublishedDocument, Which } from "./edge/published.js";
export { edgeHeaders } from "./contract/headers.js";
export { verifyVerdict } from "./edge/seal.js";
export type { CheckKey, CheckOptions, Checked, SealKey, Secret } from "./edge/seal.js";
export { HoldfastError } from "./documents/errors.js";
