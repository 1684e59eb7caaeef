// This file lists what the package exports.

export { load, type FetchOptions, type LoadOptions, type Source } from "./load.js";
export { Engine } from "./engine.js";
export { Bundle, Catalog, type BundleInfo, type CatalogInfo, type Resolution, type Stall } from "./bundle.js";
export { Session, type Proposal, type SessionOptions } from "./session.js";
export { Gate, TextGate, type GateValue, type Subscriber } from "./gate.js";
export { Gates, type Gated, type Watched } from "./gates.js";
export type { How } from "./how.js";
export { Watch } from "./watch.js";
export type { ActionOf, ActorOf, ArgsOf, AskOptions, BuiltIn, Declared, ProposalOf, Undeclared } from "./declared.js";
export { Decision, forPeople } from "./decision.js";
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
} from "./decision.js";
export type { Admissible, Entry, Parked, Path, Question, View } from "./answers.js";
export { HoldfastError, codes, type Finding } from "./errors.js";
export type { Input } from "./encode.js";
