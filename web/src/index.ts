// This file lists what the package exports.

export { load, type LoadOptions, type Source } from "./load.js";
export { Engine } from "./engine.js";
export { Bundle, type BundleInfo } from "./bundle.js";
export { Catalog, type CatalogInfo, type Resolution, type Stall } from "./catalog.js";
export { Session, type Proposal } from "./session.js";
export { Decision } from "./decision.js";
export type { Actor, Advice, Change, DecisionDocument, Level, ProposalDocument, Span, Term, Verdict, Violation } from "./decision.js";
export type { Admissible, Entry, Parked, Path, Question, View } from "./answers.js";
export { HoldfastError, codes, type Finding } from "./errors.js";
export type { Input } from "./encode.js";
