// This file defines what the owner of a gate at the edge gives it and gets from it: EdgeOptions, EdgeVerdict, and what
// they are made of.

import type { Code } from "../contract/codes.js";
import type { Verdict } from "../contract/documents.js";
import type { Declared, Undeclared } from "../documents/declared.js";
import type { Decision } from "../documents/decision.js";
import type { Input } from "../documents/encode.js";
import type { Engine } from "../module/engine.js";
import type { Proposal } from "../module/session.js";
import type { PublishedDocument, Which } from "./published.js";
import type { SealKey } from "./seal.js";

/** Says of a request that it goes on undecided. */
export const pass: unique symbol = Symbol.for("holdfast.pass") as never;

/** A proposal, in which the actor's id, the time and the reasons may be left out. */
export type EdgeProposal<B extends Declared = Undeclared> = Partial<Record<string, unknown>> | Proposal<B>;

/** What becomes of a request: it goes on undecided, is decided on, or is answered at once. */
export type Proposed<B extends Declared = Undeclared> = typeof pass | EdgeProposal<B> | Response;

/** What a gate uses of a worker's context. */
export interface EdgeContext {
  waitUntil(promise: Promise<unknown>): void;
}

/** How a request was routed. */
export interface EdgeRoute {
  /** The pattern of the route; "" without routes. */
  readonly pattern: string;
  /** What the pattern's parameters are, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The query, each name once. Throws gate/query where it may be read in two ways. */
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Says what a request proposes. The request is as it would go on: its path in the normal form, its body canonical.
 * Take the actor from whom you have authenticated. A Response may also be thrown. Everything else, undefined too, is
 * refused.
 */
export type Propose<B extends Declared = Undeclared, Env = unknown> = (
  request: Request,
  env: Env,
  ctx: EdgeContext,
  route: EdgeRoute,
) => Proposed<B> | Promise<Proposed<B>>;

/** What a gate at the edge needs. */
export interface EdgeOptions<B extends Declared = Undeclared, Env = unknown> {
  /** holdfast.wasm, imported, or a function that returns the engine which runs it already. */
  readonly module: WebAssembly.Module | (() => Engine);
  /** The bundle that decides. */
  readonly bundle?: PublishedDocument | undefined;
  /** Several bundles and catalogs, in place of one: `which`, or the session's snapshot, says which of them decides. */
  readonly bundles?: readonly PublishedDocument[] | undefined;
  /** Keys of which one must have signed each document, `NAME+HASH+BASE64`. */
  readonly keys?: readonly string[] | ((env: Env) => readonly string[]) | undefined;
  /** Says which bundle decides on a request without a session. */
  readonly which?:
    ((request: Request, env: Env, ctx: EdgeContext, route: EdgeRoute) => Which | Promise<Which>) | undefined;
  /**
   * What becomes of requests, by patterns such as `"POST /cart/{item}"` and `"GET /static/{rest...}"`. What no pattern
   * names is refused. A path is matched in every spelling that an origin may read as it.
   */
  readonly routes?: Readonly<Record<string, typeof pass | Propose<B, Env>>> | undefined;
  /** What becomes of requests, in place of routes. Who compares paths here has to think of every spelling. */
  readonly propose?: Propose<B, Env> | undefined;
  /**
   * Returns the snapshot of the session that a request is about, or the server's response to a question for it;
   * undefined or null where there is no such session, which refuses it. Left out, every request is checked against a
   * session that was just begun.
   */
  readonly session?:
    ((request: Request, env: Env, ctx: EdgeContext, route: EdgeRoute) => Snapshot | Promise<Snapshot>) | undefined;
  /** Verdicts that go on to the origin besides `commit`, for the origin to handle: `["hold"]`. */
  readonly forward?: readonly Verdict[] | undefined;
  /** What the decision is signed with for the origin, which checks it by verifyVerdict. Left out, nothing is signed. */
  readonly seal?: SealKey | ((env: Env) => SealKey) | undefined;
  /** The most bytes of a body that is decided on; 1 MiB when left out. */
  readonly limit?: number | undefined;
  /**
   * Media types of bodies that go on as they are beside a decision, such as `image/png`, up to the limit. Left out,
   * none but JSON and forms.
   */
  readonly raw?: readonly string[] | undefined;
  /**
   * Is told what became of each request, for logs and metrics. What it throws changes nothing. Left out, failures go
   * to console.error.
   */
  readonly observe?: ((event: EdgeEvent, env: Env, ctx: EdgeContext) => void | Promise<void>) | undefined;
}

/** A session's snapshot, or none. */
export type Snapshot = Input | Response | null | undefined;

/** What becomes of a request. */
export type EdgeVerdict =
  /** It proposes nothing and goes on. */
  | {
      readonly outcome: "passed";
      readonly request: Request;
      readonly response: undefined;
      readonly decision: undefined;
      readonly code: undefined;
    }
  /** It goes on with a decision. */
  | {
      readonly outcome: "forwarded";
      readonly request: Request;
      readonly response: undefined;
      readonly decision: Decision;
      readonly code: undefined;
    }
  /** A decision refuses it. */
  | {
      readonly outcome: "refused";
      readonly request: undefined;
      readonly response: Response;
      readonly decision: Decision;
      readonly code: Extract<Code, "gate/refused">;
    }
  /** It was answered by `propose`. */
  | {
      readonly outcome: "answered";
      readonly request: undefined;
      readonly response: Response;
      readonly decision: undefined;
      readonly code: undefined;
    }
  /** It could not be decided on, for a fault of the client's or of the gate's: `code` says which. */
  | {
      readonly outcome: "failed";
      readonly request: undefined;
      readonly response: Response;
      readonly decision: undefined;
      readonly code: string;
    };

/** What a gate tells of a request. */
export interface EdgeEvent {
  /** The request as it came. */
  readonly request: Request;
  /** The pattern of its route; "" where there is none. */
  readonly pattern: string;
  readonly verdict: EdgeVerdict;
  /** What was thrown, where it failed. */
  readonly error: unknown;
}

/** A gate. env and ctx are those of the worker's `fetch`, and reach `propose`. */
export type EdgeGate<Env = unknown> = (
  request: Request,
  ...rest: undefined extends Env ? [env?: Env, ctx?: EdgeContext] : [env: Env, ctx?: EdgeContext]
) => Promise<EdgeVerdict>;
