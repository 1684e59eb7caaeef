// This file defines edge, which checks requests in a worker before they reach an origin.
//
//	request ── read in one way ── routes ──┬── pass ─────────────────────────────────────── origin
//	           (target.ts, body.ts)        ├── a proposal ── why, in the module ── commit ── origin, the decision signed
//	                                       └── anything else: refused, with a problem document (RFC 9457)
//
// Nothing is recorded here: the server that keeps the session decides again, on the same proposal, to the same bytes.

import { edgeHeaders } from "../contract/headers.js";
import type { Declared, Undeclared } from "../documents/declared.js";
import type { Decision } from "../documents/decision.js";
import type { Input } from "../documents/encode.js";
import { HoldfastError, messageOf } from "../documents/errors.js";
import type { Engine } from "../module/engine.js";
import { Body, type Carried } from "./body.js";
import { edgeCodes } from "./edgecodes.js";
import {
  pass,
  type EdgeContext,
  type EdgeEvent,
  type EdgeGate,
  type EdgeOptions,
  type EdgeVerdict,
  type Propose,
} from "./options.js";
import { answered, failed, refused } from "./problem.js";
import { Route, carriedBy, cleaned, passing, remade, type Asked } from "./request.js";
import { Routes } from "./routes.js";
import { Sealer } from "./seal.js";
import { Sessions } from "./sessions.js";
import { overrides, readTarget, writeFields } from "./target.js";

/** How many bytes of a decision go into a header: with base64 8 KiB, which servers take. */
const maxAttached = 6 << 10;

/** How many bytes of a body are decided on where `limit` says nothing. */
const defaultLimit = 1 << 20;

/**
 * Makes a gate:
 *
 *     const gate = edge({ module, bundle, routes: { "POST /cart": add, "GET /{rest...}": pass } });
 *     const verdict = await gate(request, env, ctx);
 *     return verdict.response ?? fetch(verdict.request);
 *
 * The module is started with the first request that is decided on, and again after a trap. The gate never throws
 * for what a client sends; whatever fails is refused. Options that cannot be right throw at once.
 */
export function edge<B extends Declared = Undeclared, Env = unknown>(options: EdgeOptions<B, Env>): EdgeGate<Env> {
  const gate = new Gate(options);
  return (request, ...[env, ctx]) => gate.check(request, env as Env, ctx ?? noContext);
}

const noContext: EdgeContext = { waitUntil: (promise) => void promise.catch(() => {}) };

class Gate<B extends Declared, Env> {
  readonly #options: EdgeOptions<B, Env>;
  readonly #routes: Routes<typeof pass | Propose<B, Env>>;
  readonly #sessions: Sessions<B, Env>;
  #sealer: Sealer | undefined;

  constructor(options: EdgeOptions<B, Env>) {
    const { bundle, bundles, routes, propose } = options;
    if ((bundle === undefined) === (bundles === undefined)) throw new TypeError("edge takes either bundle or bundles");
    if ((routes === undefined) === (propose === undefined)) throw new TypeError("edge takes either routes or propose");
    for (const fn of Object.values(routes ?? { propose }))
      if (fn !== pass && typeof fn !== "function") throw new TypeError("a route is a function or pass");
    this.#options = options;
    this.#sessions = new Sessions(options);
    this.#routes = new Routes(routes ?? { "/{rest...}": propose! });
  }

  async check(original: Request, env: Env, ctx: EdgeContext): Promise<EdgeVerdict> {
    let verdict: EdgeVerdict;
    let pattern = "";
    let error: unknown;
    try {
      const { asked, propose } = this.#read(original, env, ctx);
      pattern = asked.route.pattern;
      verdict = await this.#decide(asked, propose);
    } catch (thrown) {
      error = thrown;
      verdict = failed(thrown);
    }
    this.#tell({ request: original, pattern, verdict, error }, env, ctx);
    return verdict;
  }

  #tell(event: EdgeEvent, env: Env, ctx: EdgeContext): void {
    const { observe } = this.#options;
    const { verdict, error } = event;
    const log = (thrown: unknown): void =>
      console.error(
        `holdfast: ${verdict.code ?? ""}: ${messageOf(thrown)}`,
        thrown instanceof HoldfastError ? thrown.errors : "",
      );
    if (observe === undefined) {
      if (verdict.outcome === "failed" && verdict.response.status >= 500) log(error);
      return;
    }
    try {
      const told = observe(event, env, ctx);
      if (told instanceof Promise) ctx.waitUntil(told.catch(log));
    } catch (thrown) {
      log(thrown);
    }
  }

  /** Reads a request in the one way that every origin reads it, or throws. */
  #read(original: Request, env: Env, ctx: EdgeContext): { asked: Asked<Env>; propose: typeof pass | Propose<B, Env> } {
    const { method } = original;
    const headers = cleaned(original.headers);
    if (!/^[A-Z]+$/.test(method)) throw new HoldfastError(edgeCodes.override, "a method is written in capitals");
    const target = readTarget(original.url);
    const query = /^[^?#]*\?([^#]*)/.exec(original.url)?.[1] ?? "";
    if (overrides(query)) throw new HoldfastError(edgeCodes.override, "the query names another method for the request");
    const found = this.#routes.find(method, target);
    const byPath = this.#options.routes !== undefined;
    const { limit = defaultLimit, raw = [] } = this.#options;
    const body = new Body(original, { limit, raw }, () => this.#sessions.engine);
    const url = {
      origin: /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\\]*/.exec(original.url)?.[0] ?? "",
      path: byPath && found.value !== pass ? found.path : target.path,
      query,
    };
    const route = new Route(byPath ? found.pattern : "", byPath ? found.params : {}, query);
    const propose = found.value;
    const stream = propose === pass ? undefined : body.stream();
    const request =
      propose === pass ? original : remade(original, url.origin + url.path + (query && `?${query}`), headers, stream);
    return { asked: { original, request, headers, url, body, route, env, ctx }, propose };
  }

  async #decide(asked: Asked<Env>, propose: typeof pass | Propose<B, Env>): Promise<EdgeVerdict> {
    const { request, env, ctx, route, body } = asked;
    let proposed: unknown = propose;
    if (propose !== pass) {
      try {
        proposed = await (propose as Propose<B, Env>)(request, env, ctx, route);
      } catch (thrown) {
        if (thrown instanceof Response) return answered(thrown);
        if (body.asked) await body.read(); // a body that was refused is why
        if (thrown instanceof HoldfastError) throw thrown;
        if (thrown instanceof SyntaxError && body.asked)
          throw body.json
            ? new HoldfastError(edgeCodes.body, "the body is missing")
            : new HoldfastError(edgeCodes.contentType, "send the body as application/json");
        throw new HoldfastError(edgeCodes.failed, messageOf(thrown), { cause: thrown });
      }
    }
    if (proposed === pass)
      return {
        outcome: "passed",
        request: await passing(asked),
        response: undefined,
        decision: undefined,
        code: undefined,
      };
    if (proposed instanceof Response) return answered(proposed);
    if (typeof proposed !== "string" && (typeof proposed !== "object" || proposed === null || Array.isArray(proposed)))
      throw new HoldfastError(
        edgeCodes.propose,
        `propose returned ${proposed === undefined ? "nothing" : typeof proposed}, and no proposal, pass or Response`,
      );
    const carried = await body.read();
    const query = writeFields(route.fields);
    const { engine, session, at } = await this.#sessions.of(asked);
    let decision: Decision;
    try {
      decision = session.why(engine.complete(proposed as Input, Math.max(Date.now(), at)));
    } finally {
      if (at >= 0) session.close();
    }
    if (!decision.committed && !(this.#options.forward ?? []).includes(decision.verdict)) return refused(decision);
    return {
      outcome: "forwarded",
      request: await this.#forwarded(asked, query, carried, decision, engine),
      response: undefined,
      decision,
      code: undefined,
    };
  }

  async #forwarded(
    asked: Asked<Env>,
    query: string,
    carried: Carried | undefined,
    decision: Decision,
    engine: Engine,
  ): Promise<Request> {
    const { original, headers, url, env } = asked;
    const { seal } = this.#options;
    const digest = engine.digest(decision.bytes);
    headers.set(edgeHeaders.verdict, decision.verdict);
    headers.set(edgeHeaders.digest, digest);
    if (decision.bytes.byteLength <= maxAttached)
      headers.set(edgeHeaders.decision, btoa(String.fromCharCode(...decision.bytes)));
    const request = remade(
      original,
      url.origin + url.path + (query && `?${query}`),
      carriedBy(headers, carried),
      carried?.bytes,
    );
    if (seal === undefined) return request;
    this.#sealer ??= new Sealer(typeof seal === "function" ? seal(env) : seal);
    const about = { verdict: decision.verdict, digest, bundle: decision.document.digest };
    request.headers.set(
      edgeHeaders.seal,
      await this.#sealer.seal(request, carried?.bytes ?? new Uint8Array(), about, Date.now()),
    );
    return request;
  }
}
