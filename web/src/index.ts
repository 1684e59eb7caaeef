// This file lists what the package exports.

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
export type {
  Actor,
  Advice,
  Change,
  DecisionDocument,
  Level,
  ProposalDocument,
  Span,
  Term,
  Verdict,
  Violation,
} from "./documents/decision.js";
export type {
  Admissible,
  BundleInfo,
  CatalogInfo,
  Entry,
  Parked,
  Path,
  Question,
  Stall,
  View,
} from "./documents/answers.js";
export { HoldfastError, codes, type Finding } from "./documents/errors.js";
export type { Input } from "./documents/encode.js";
