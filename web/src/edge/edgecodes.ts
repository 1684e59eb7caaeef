// This file lists the codes of a gate at the edge, beside those of errors.ts, which every page brings along.

import type { EdgeCodes } from "../contract/codes.js";

/** Codes of what a gate at the edge refuses, each with when. Messages may change, codes may not. */
export const edgeCodes: EdgeCodes = {
  path: "gate/path",
  query: "gate/query",
  form: "gate/form",
  override: "gate/override",
  route: "gate/route",
  method: "gate/method",
  pattern: "gate/pattern",
  propose: "gate/propose",
  failed: "gate/failed",
  unknownSession: "session/unknown",
  corrupt: "session/corrupt",
  otherBundle: "session/digest",
  bundle: "bundle/unknown",
  stall: "catalog/stall",
  contentType: "http/content-type",
  body: "http/body",
  tooLarge: "http/too-large",
  unsealed: "seal/missing",
  sealMalformed: "seal/malformed",
  sealKey: "seal/unknown-key",
  seal: "seal/wrong",
  sealTime: "seal/expired",
  sealOther: "seal/other",
  sealSecret: "seal/key",
};
