// This file lists what the package exports.

export type {
  Actor,
  Admissible,
  Advice,
  BundleInfo,
  CatalogInfo,
  Change,
  DecisionDocument,
  Entry,
  Finding,
  Level,
  Parked,
  Path,
  ProposalDocument,
  Question,
  Span,
  Stall,
  Term,
  Verdict,
  View,
  Violation,
} from "./contract/documents.js";
export { load, type FetchOptions, type LoadOptions, type Source } from "./module/load.js";
export { Engine } from "./module/engine.js";
export { Bundle, Catalog, type Resolution } from "./module/bundle.js";
export { Session, type Proposal, type SessionOptions } from "./module/session.js";
export { Gate, TextGate, type GateValue, type Subscriber } from "./gates/gate.js";
export { Gates, type Gated, type Watched } from "./gates/gates.js";
export type { How } from "./gates/how.js";
export { Watch } from "./module/watch.js";
export type {
  ActionOf,
  ActorOf,
  ArgsOf,
  AskOptions,
  BuiltIn,
  Declared,
  ProposalOf,
  Undeclared,
} from "./documents/declared.js";
export { Decision, forPeople } from "./documents/decision.js";
export { HoldfastError, codes } from "./documents/errors.js";
export type { Input } from "./documents/encode.js";
