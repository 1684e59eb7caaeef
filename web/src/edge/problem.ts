// This file defines what a client is answered where its request does not go on: problem documents (RFC 9457).

import { HoldfastError, codes, messageOf } from "../documents/errors.js";
import type { Decision } from "../documents/decision.js";
import { edgeCodes } from "./edgecodes.js";
import type { EdgeVerdict } from "./options.js";
import { MethodError } from "./routes.js";

/** Returns what becomes of a request that `propose` has answered. */
export function answered(response: Response): EdgeVerdict {
  return { outcome: "answered", request: undefined, response, decision: undefined, code: undefined };
}

/** Returns the problem document of a proposal that would not be committed. */
export function refusal(decision: Decision): Response {
  const { verdict, governing, violations } = decision;
  const detail = violations.find(({ id, say }) => id === governing && say !== "")?.say ?? governing;
  return problem(403, "gate/refused", "The action is not admissible", detail, { verdict, governing, violations });
}

/** The status and title of codes that do not follow from their area. */
const kinds: Readonly<Record<string, readonly [status: number, title: string]>> = {
  [edgeCodes.path]: [400, "The path may be read in two ways"],
  [edgeCodes.query]: [400, "The query may be read in two ways"],
  [edgeCodes.form]: [400, "The form may be read in two ways"],
  [edgeCodes.override]: [400, "Another method or path is named"],
  [edgeCodes.route]: [403, "No route is meant for this"],
  [edgeCodes.method]: [405, "The route does not take this method"],
  [edgeCodes.propose]: [500, "The gate is not set up right"],
  [edgeCodes.unknownSession]: [404, "No such session"],
  [edgeCodes.corrupt]: [500, "The stored session cannot be trusted"],
  [edgeCodes.otherBundle]: [409, "The session is of another bundle"],
  [edgeCodes.bundle]: [404, "No such bundle"],
  [edgeCodes.stall]: [409, "The cursor resolves to no one bundle"],
  [edgeCodes.contentType]: [415, "The body has the wrong type"],
  [edgeCodes.body]: [400, "The body did not arrive whole"],
  [edgeCodes.tooLarge]: [413, "The body is too large"],
  [codes.size]: [413, "The proposal is too large"],
  "limit/proposal": [413, "The proposal is too large"],
  "catalog/cursor": [422, "Not accepted"],
};

/** Returns what becomes of a request that could not be decided on. */
export function failed(thrown: unknown): EdgeVerdict {
  if (thrown instanceof Response) return answered(thrown);
  const { code, path } = thrown instanceof HoldfastError ? thrown : { code: edgeCodes.failed as string, path: "" };
  const area = code.slice(0, code.indexOf("/"));
  const [status, title] =
    kinds[code] ??
    (area === "json"
      ? [400, "No JSON that is accepted"]
      : area === "proposal" || area === "limit"
        ? [422, "Not accepted"]
        : [503, "The gate could not decide"]);
  // Where the bundle, the snapshot, the module or the program around the gate is at fault, a client cannot mend it,
  // nor need it know.
  const detail = status < 500 ? messageOf(thrown) : "it could not be decided whether this is admissible, so it is not";
  const response = problem(status, code, title, detail, path === "" ? {} : { path });
  if (thrown instanceof MethodError) response.headers.set("Allow", thrown.methods.join(", "));
  if (status === 503) response.headers.set("Retry-After", "1");
  return { outcome: "failed", request: undefined, response, decision: undefined, code };
}

function problem(status: number, code: string, title: string, detail: string, more: object): Response {
  return new Response(JSON.stringify({ type: `urn:holdfast:problem:${code}`, title, status, code, detail, ...more }), {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
  });
}
