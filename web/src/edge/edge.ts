// This file defines edge, which checks requests in a worker before they reach an origin.
//
//	request ── read in one way ── routes ──┬── pass ─────────────────────────────────────── origin
//	           (target.ts, body.ts)        ├── a proposal ── why, in the module ── commit ── origin, the decision signed
//	                                       └── anything else: refused, with a problem document (RFC 9457)
//
// Nothing is recorded here: whoever keeps the session decides again, on the same proposal, to the same bytes.

import { Body, type Carried } from "./body.js";
import type { Bundle } from "../module/bundle.js";
import type { Declared, Undeclared } from "../documents/declared.js";
import type { Decision, Verdict } from "../documents/decision.js";
import type { Input } from "../documents/encode.js";
import { Engine } from "../module/engine.js";
import { edgeCodes } from "./edgecodes.js";
import { HoldfastError, codes, messageOf } from "../documents/errors.js";
import { Published, type PublishedDocument, type Which } from "./published.js";
import { isMultipart } from "./multipart.js";
import { MethodError, Routes } from "./routes.js";
import { Sealer, edgeHeaders, type SealKey } from "./seal.js";
import type { Proposal, Session } from "../module/session.js";
import { overrides, readFields, readTarget, writeFields } from "./target.js";

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
      readonly code: "gate/refused";
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

/** How many bytes of a decision go into a header: with base64 8 KiB, which servers take. */
const maxAttached = 6 << 10;

/** How many bytes of a body are decided on where `limit` says nothing. */
const defaultLimit = 1 << 20;

/**
 * Header names without case and punctuation, as the origin that folds most reads them. CGI and WSGI make `_` of `-`,
 * others of every sign.
 */
const fold = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
const reserved = new Set(Object.values(edgeHeaders).map(fold));
const overriding = new Set(
  [
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "X-Original-Method",
    "X-Original-URL",
    "X-Original-URI",
    "X-Rewrite-URL",
  ].map(fold),
);

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
  return (request, ...[env, ctx]) => gate.check(request, env as Env, ctx ?? nobody);
}

const nobody: EdgeContext = { waitUntil: (promise) => void promise.catch(() => {}) };

/** A request on its way. */
interface Asked<Env> {
  /** As it came. */
  readonly original: Request;
  /** As `propose` sees it. */
  readonly request: Request;
  readonly headers: Headers;
  readonly url: { readonly origin: string; readonly path: string; readonly query: string };
  readonly body: Body;
  readonly route: EdgeRoute;
  readonly env: Env;
  readonly ctx: EdgeContext;
}

class Gate<B extends Declared, Env> {
  readonly #options: EdgeOptions<B, Env>;
  readonly #documents: readonly PublishedDocument[];
  readonly #routes: Routes<typeof pass | Propose<B, Env>>;
  #engine: Engine | undefined;
  #published: Promise<Published<B>> | undefined;
  #sealer: Sealer | undefined;
  readonly #begun = new WeakMap<Bundle<B>, Session<B>>();

  constructor(options: EdgeOptions<B, Env>) {
    const { bundle, bundles, routes, propose } = options;
    if ((bundle === undefined) === (bundles === undefined)) throw new TypeError("edge takes either bundle or bundles");
    if ((routes === undefined) === (propose === undefined)) throw new TypeError("edge takes either routes or propose");
    for (const fn of Object.values(routes ?? { propose }))
      if (fn !== pass && typeof fn !== "function") throw new TypeError("a route is a function or pass");
    this.#options = options;
    this.#documents = bundles ?? [bundle!];
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
    const body = new Body(original, { limit, raw }, () => this.#running());
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
    const query = writeFields(route instanceof Route ? route.fields : []);
    const { engine, session, at } = await this.#session(asked);
    let decision: Decision;
    try {
      decision = session.why(engine.complete(proposed as Input, Math.max(Date.now(), at)));
    } finally {
      if (at >= 0) session.close();
    }
    if (!decision.committed && !(this.#options.forward ?? []).includes(decision.verdict))
      return { outcome: "refused", request: undefined, response: refusal(decision), decision, code: "gate/refused" };
    return {
      outcome: "forwarded",
      request: await this.#forwarded(asked, query, carried, decision, engine),
      response: undefined,
      decision,
      code: undefined,
    };
  }

  /**
   * Returns the session that a request is checked against, and its time; less than 0 for one that was just begun,
   * which is kept.
   */
  async #session(asked: Asked<Env>): Promise<{ engine: Engine; session: Session<B>; at: number }> {
    const { request, env, ctx, route } = asked;
    const { session: snapshotOf, which } = this.#options;
    const engine = this.#running();
    const published = await guarded(() => (this.#published ??= this.#load(engine, env)));
    if (snapshotOf === undefined) {
      const bundle = published.find(await guarded(() => which?.(request, env, ctx, route)));
      let session = this.#begun.get(bundle);
      if (session === undefined) this.#begun.set(bundle, (session = bundle.open("edge")));
      return { engine, session, at: -1 };
    }
    const snapshot = await readSnapshot(await guarded(() => snapshotOf(request, env, ctx, route)));
    const bundle = published.digest(snapshot.digest);
    if (bundle === undefined)
      throw new HoldfastError(
        edgeCodes.otherBundle,
        `the session is of a bundle ${snapshot.digest}, which this gate does not have`,
      );
    try {
      return { engine, session: bundle.restore(snapshot.bytes), at: snapshot.at };
    } catch (thrown) {
      throw thrown instanceof HoldfastError && thrown.code.startsWith("engine/") ? thrown : corrupt(thrown);
    }
  }

  #running(): Engine {
    const { module } = this.#options;
    return (this.#engine ??= typeof module === "function" ? module() : new Engine(module));
  }

  #load(engine: Engine, env: Env): Promise<Published<B>> {
    const { keys } = this.#options;
    const loading = Published.load<B>(engine, this.#documents, typeof keys === "function" ? keys(env) : keys);
    loading.catch(() => (this.#published = undefined)); // the next request tries again
    return loading;
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

class Route implements EdgeRoute {
  readonly #raw: string;
  constructor(
    readonly pattern: string,
    readonly params: Readonly<Record<string, string>>,
    raw: string,
  ) {
    this.#raw = raw;
  }

  get fields(): ReturnType<typeof readFields> {
    return readFields(this.#raw);
  }

  get query(): Readonly<Record<string, string>> {
    return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(this.fields));
  }
}

/** Runs a function of the gate's owner. What it throws is never the client's fault, but a Response is an answer. */
async function guarded<T>(fn: () => T | Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (thrown) {
    if (thrown instanceof Response) throw thrown;
    throw new HoldfastError(edgeCodes.failed, messageOf(thrown), { cause: thrown });
  }
}

/** Returns a snapshot's bytes, and what has to be known of it before it is restored. */
async function readSnapshot(
  given: Snapshot,
): Promise<{ bytes: Exclude<Input, object> | Uint8Array | object; digest: string; at: number }> {
  if (given instanceof Response) {
    if (given.status === 404) given = undefined;
    else if (!given.ok) throw new HoldfastError(edgeCodes.failed, `the session's server answered ${given.status}`);
    else given = await given.text();
  }
  if (given === undefined || given === null)
    throw new HoldfastError(edgeCodes.unknownSession, "there is no such session");
  let value: unknown = given;
  try {
    if (given instanceof Uint8Array) value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(given));
    else if (typeof given === "string") value = JSON.parse(given);
  } catch (thrown) {
    throw corrupt(thrown);
  }
  const { digest, at } = (typeof value === "object" && value !== null ? value : {}) as {
    digest?: unknown;
    at?: unknown;
  };
  if (typeof digest !== "string" || typeof at !== "number") throw corrupt("it is no snapshot");
  return { bytes: given, digest, at };
}

function corrupt(cause: unknown): HoldfastError {
  return new HoldfastError(
    edgeCodes.corrupt,
    `the session's snapshot is not what a session wrote: ${messageOf(cause)}`,
    {
      cause,
    },
  );
}

/** Returns the headers without what only a gate may say. Throws gate/override. */
function cleaned(from: Headers): Headers {
  const headers = new Headers(from);
  for (const name of [...headers.keys()]) {
    if (overriding.has(fold(name)))
      throw new HoldfastError(edgeCodes.override, `the header ${name} names another method or path for the request`);
    if (reserved.has(fold(name))) headers.delete(name);
  }
  // What Connection names is taken off by the next hop, and must not be the gate's.
  const hops = headers.get("Connection")?.split(",") ?? [];
  if (hops.some((name) => reserved.has(fold(name))))
    headers.set("Connection", hops.filter((name) => !reserved.has(fold(name))).join(","));
  return headers;
}

/** Returns the headers of a body in the form in which it goes on. */
function carriedBy(from: Headers, carried: Carried | undefined): Headers {
  const headers = new Headers(from);
  for (const name of [
    "Content-Encoding",
    "Content-Length",
    "Transfer-Encoding",
    "Trailer",
    "Content-MD5",
    "Digest",
    "Content-Digest",
  ])
    headers.delete(name);
  if (carried === undefined) headers.delete("Content-Type");
  else headers.set("Content-Type", carried.type);
  return headers;
}

function remade(
  original: Request,
  url: string,
  headers: Headers,
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | undefined,
): Request {
  const { method, redirect, signal } = original;
  const init: RequestInit & { cf?: unknown; duplex?: string } = { method, headers, redirect, signal: signal ?? null };
  if (body !== undefined) init.body = body;
  if (body instanceof ReadableStream) init.duplex = "half";
  const { cf } = original as { cf?: unknown };
  if (cf !== undefined) init.cf = cf;
  return new Request(url, init);
}

/**
 * Returns a request that goes on undecided: with its body as it came, or, where `propose` has read that, as it was
 * read.
 */
async function passing({ original, headers, url, body }: Asked<unknown>): Promise<Request> {
  const to = url.origin + url.path + (url.query && `?${url.query}`);
  const type = headers.get("Content-Type");
  if (!body.asked && isMultipart(type)) return remade(original, to, headers, await body.multipart());
  const isForm = /^\s*application\/x-www-form-urlencoded/i.test(type ?? "");
  if (!body.asked && !isForm) return new Request(new Request(to, original), { headers });
  const carried = await body.read(); // a form may name another method
  return remade(original, to, carriedBy(headers, carried), carried?.bytes);
}

function answered(response: Response): EdgeVerdict {
  return { outcome: "answered", request: undefined, response, decision: undefined, code: undefined };
}

/** Returns the problem document of a proposal that would not be committed. */
function refusal(decision: Decision): Response {
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
function failed(thrown: unknown): EdgeVerdict {
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
