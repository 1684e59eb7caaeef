// This file defines what a client is answered where its request does not go on: problem documents (RFC 9457).

import type { Code } from "../contract/codes.js";
import { problems } from "../contract/problems.js";
import { HoldfastError, messageOf } from "../documents/errors.js";
import type { Decision } from "../documents/decision.js";
import { edgeCodes } from "./edgecodes.js";
import type { EdgeVerdict } from "./options.js";
import { MethodError } from "./routes.js";

/** Returns what becomes of a request that `propose` has answered. */
export function answered(response: Response): EdgeVerdict {
  return { outcome: "answered", request: undefined, response, decision: undefined, code: undefined };
}

/** Returns what becomes of a request whose proposal would not be committed. */
export function refused(decision: Decision): EdgeVerdict {
  const { verdict, governing, violations } = decision;
  const detail = violations.find(({ id, say }) => id === governing && say !== "")?.say ?? governing;
  const code = "gate/refused" satisfies Code;
  const [status, title] = problems[code]!;
  const response = problem(status, code, title, detail, { verdict, governing, violations });
  return { outcome: "refused", request: undefined, response, decision, code };
}

/** Whether a code is about the request, or about the session or bundle that it names. */
function isOfRequest(code: string): boolean {
  const others: readonly string[] = [
    edgeCodes.unknownSession,
    edgeCodes.corrupt,
    edgeCodes.otherBundle,
    edgeCodes.bundle,
    edgeCodes.stall,
    "catalog/cursor" satisfies Code,
  ];
  return /^(gate|http|json|limit|proposal)\//.test(code) || others.includes(code);
}

/** Returns what becomes of a request that could not be decided on. */
export function failed(thrown: unknown): EdgeVerdict {
  if (thrown instanceof Response) return answered(thrown);
  const { code, path } = thrown instanceof HoldfastError ? thrown : { code: edgeCodes.failed as string, path: "" };
  // Where the bundle, the snapshot, the module or the program around the gate is at fault, a client cannot mend it,
  // nor need it know.
  const said = isOfRequest(code) ? code : edgeCodes.failed;
  const [status, title] = problems[said as Code] ?? [422, "Not accepted"];
  const detail = status < 500 ? messageOf(thrown) : "it could not be decided whether this is admissible, so it is not";
  const response = problem(status, said, title, detail, path === "" || said !== code ? {} : { path });
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
