// This file lists the codes of a gate at the edge, beside those of errors.ts, which every page brings along.

/** Codes of what a gate at the edge refuses, each with when. Messages may change, codes may not. */
export const edgeCodes = {
  /** A path may be read in two ways. */
  path: "gate/path",
  /** A query may be read in two ways: a name is there twice, or cannot be read. */
  query: "gate/query",
  /** A form may be read in two ways. */
  form: "gate/form",
  /** A header, or a field of a query or form, names another method or path for the request. */
  override: "gate/override",
  /** No route of a gate at the edge is meant for this path. */
  route: "gate/route",
  /** The route of a path does not take this method. */
  method: "gate/method",
  /** A pattern of a route cannot be read, or is there twice. */
  pattern: "gate/pattern",
  /** `propose` returned neither a proposal, nor `pass`, nor a Response. */
  propose: "gate/propose",
  /** What a gate needs failed: a function around it has thrown. */
  failed: "gate/failed",
  /** The session does not exist. The server has the same code. */
  unknownSession: "session/unknown",
  /** A session's snapshot is not what a session wrote. The server has the same code. */
  corrupt: "session/corrupt",
  /** The session is of another bundle than the gate has. The module has the same code. */
  otherBundle: "session/digest",
  /** The gate has no such bundle. The server has the same code. */
  bundle: "bundle/unknown",
  /** A cursor names no bundle, or more than one. The server has the same code. */
  stall: "catalog/stall",
  /** A body has no type that can be decided on. The server has the same code. */
  contentType: "http/content-type",
  /** A body did not arrive whole, or is missing. The server has the same code. */
  body: "http/body",
  /** A body is over the limit. The server has the same code. */
  tooLarge: "http/too-large",
  /** A request carries no seal of a gate. */
  unsealed: "seal/missing",
  /** A seal is not written as a gate writes it. */
  sealMalformed: "seal/malformed",
  /** No trusted key has made the seal. */
  sealKey: "seal/unknown-key",
  /** The seal is not what its key makes of it. */
  seal: "seal/wrong",
  /** The seal is too old, or from the future. */
  sealTime: "seal/expired",
  /** The seal belongs to another request or to another decision. */
  sealOther: "seal/other",
  /** A key for seals cannot be read, or is too short. */
  sealSecret: "seal/key",
} as const;
