// This file defines edge, which checks requests in a worker before they reach an origin.
//
//   request ── propose ── why, in the module ── commit ──── the request, the decision in its headers ── origin
//                                          └── all else ── a problem document (RFC 9457)
//
// Nothing is recorded here: whoever keeps the session decides again, on the same proposal, to the same bytes.

import type { Bundle } from "./bundle.js";
import type { Declared, Undeclared } from "./declared.js";
import type { Decision, Verdict } from "./decision.js";
import type { Input } from "./encode.js";
import { Engine } from "./engine.js";
import { HoldfastError, codes, messageOf } from "./errors.js";
import type { Proposal, Session } from "./session.js";

/** What a gate at the edge needs. */
export interface EdgeOptions<B extends Declared = Undeclared> {
  /** holdfast.wasm, imported, or a function that returns the engine which runs it already. */
  readonly module: WebAssembly.Module | (() => Engine);
  /** The bundle's document. */
  readonly bundle: Input;
  /**
   * Returns what a request proposes, `at` and `reasons` filled in where left out, or
   * undefined where it proposes nothing and may go on. Read a body from a clone, and take
   * the actor from whom you have authenticated.
   */
  readonly propose: (request: Request) => Partial<Record<string, unknown>> | Proposal<B> | undefined | Promise<Partial<Record<string, unknown>> | Proposal<B> | undefined>;
  /**
   * Returns the snapshot of the session that a request is about, or undefined where there is no such session,
   * which refuses it. Left out, every request is checked against a session that was just begun.
   */
  readonly session?: ((request: Request) => Input | undefined | Promise<Input | undefined>) | undefined;
  /** Verdicts that go on to the origin besides `commit`, for the origin to handle: `["hold"]`. */
  readonly forward?: readonly Verdict[] | undefined;
}

/** What becomes of a request. */
export interface EdgeVerdict {
  /** The decision it would get; undefined where it proposes nothing, or could not be decided. */
  readonly decision: Decision | undefined;
  /** The request to send on, or undefined where it is refused. */
  readonly request: Request | undefined;
  /** The refusal to answer with, or undefined where it may go on. */
  readonly response: Response | undefined;
}

/** The headers that go on with a request. What a client sends under these names is taken off. */
export const edgeHeaders = {
  /** The verdict. */
  verdict: "Holdfast-Verdict",
  /** `sha256:…` of the decision's bytes. */
  digest: "Holdfast-Digest",
  /** The decision's bytes in base64, where they are at most maxAttached. */
  decision: "Holdfast-Decision",
} as const;

/** How many bytes of a decision go into a header: with base64 8 KiB, which servers take. */
const maxAttached = 6 << 10;

/**
 * Makes a gate:
 *
 *     const gate = edge({ module, bundle, propose });
 *     const verdict = await gate(request);
 *     return verdict.response ?? fetch(verdict.request);
 *
 * The module is started with the first request, and again after a trap. The gate never throws
 * for what a client sends; whatever fails is refused.
 */
export function edge<B extends Declared = Undeclared>(options: EdgeOptions<B>): (request: Request) => Promise<EdgeVerdict> {
  const { module, propose, session: snapshotOf, forward = [] } = options;
  let engine: Engine | undefined;
  let bundle: Bundle<B> | undefined;
  let begun: Session<B> | undefined;
  const decide = (engine: Engine, proposal: object | string | Uint8Array, snapshot: Input | undefined): Decision => {
    bundle ??= engine.bundle<B>(options.bundle);
    const session = snapshot === undefined ? (begun ??= bundle.open("edge")) : bundle.restore(snapshot);
    try {
      return session.why(engine.complete(proposal, Date.now()));
    } finally {
      if (session !== begun) session.close();
    }
  };
  return async (request) => {
    try {
      const proposal = await propose(request);
      if (proposal === undefined) return { decision: undefined, request: attached(request, undefined, ""), response: undefined };
      const snapshot = await snapshotOf?.(request);
      if (snapshotOf !== undefined && snapshot === undefined) throw new HoldfastError(codes.session, "there is no such session");
      const running = (engine ??= typeof module === "function" ? module() : new Engine(module));
      const decision = decide(running, proposal, snapshot);
      if (decision.committed || forward.includes(decision.verdict)) return { decision, request: attached(request, decision, running.digest(decision.bytes)), response: undefined };
      return { decision, request: undefined, response: refusal(decision) };
    } catch (thrown) {
      return { decision: undefined, request: undefined, response: failure(thrown) };
    }
  };
}

/** Returns the request with a decision in its headers, and none that the client put there. */
function attached(request: Request, decision: Decision | undefined, digest: string): Request {
  const headers = new Headers(request.headers);
  for (const name of Object.values(edgeHeaders)) headers.delete(name);
  if (decision !== undefined) {
    headers.set(edgeHeaders.verdict, decision.verdict);
    headers.set(edgeHeaders.digest, digest);
    if (decision.bytes.byteLength <= maxAttached) headers.set(edgeHeaders.decision, btoa(String.fromCharCode(...decision.bytes)));
  }
  return new Request(request, { headers });
}

/** Returns the problem document of a proposal that would not be committed. */
function refusal(decision: Decision): Response {
  const { verdict, governing, violations } = decision;
  const detail = violations.find(({ id, say }) => id === governing && say !== "")?.say ?? governing;
  return problem(403, "gate/refused", "The action is not admissible", detail, { verdict, governing, violations });
}

/** Returns the problem document of what could not be decided, with a status as the server has for such codes. */
function failure(thrown: unknown): Response {
  const { code, path, errors } = thrown instanceof HoldfastError ? thrown : { code: "gate/failed", path: undefined, errors: undefined };
  if (thrown instanceof SyntaxError) return problem(400, "http/body", "The body is no JSON", "the request's body cannot be read", {}); // request.json() in propose
  const area = code.slice(0, code.indexOf("/"));
  if (code === codes.session) return problem(404, code, "No such session", messageOf(thrown), {});
  if (code === codes.size || code === "limit/proposal") return problem(413, code, "The proposal is too large", messageOf(thrown), {});
  if (area === "json") return problem(400, code, "No JSON that is accepted", messageOf(thrown), { path });
  if (area === "proposal" || area === "limit") return problem(422, code, "Not accepted", messageOf(thrown), { path });
  // The bundle, the snapshot, the module or the program around the gate is at fault; a client cannot mend that, nor need it know.
  console.error(`holdfast: ${code}: ${messageOf(thrown)}`, errors ?? "");
  return problem(503, code, "The gate could not decide", "it could not be decided whether this is admissible, so it is not", {});
}

function problem(status: number, code: string, title: string, detail: string, more: object): Response {
  return new Response(JSON.stringify({ type: `urn:holdfast:problem:${code}`, title, status, code, detail, ...more }), {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
  });
}
