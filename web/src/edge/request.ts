// This file defines Asked, a request as the gate has read it, and how a request goes on: without headers that only the
// gate may send, and with the body in the form in which it was read.

import { bodyHeaders, edgeHeaders, overridingHeaders } from "../contract/headers.js";
import { HoldfastError } from "../documents/errors.js";
import type { Body, Carried } from "./body.js";
import { edgeCodes } from "./edgecodes.js";
import { mayHaveFields } from "./multipart.js";
import type { EdgeContext, EdgeRoute } from "./options.js";
import { readFields } from "./target.js";

/**
 * Header names without case and punctuation, as the origin that folds most reads them. CGI and WSGI make `_` of `-`,
 * others of every sign.
 */
const fold = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
const reserved = new Set(Object.values(edgeHeaders).map(fold));
const overriding = new Set(overridingHeaders.map(fold));

/** A request on its way. */
export interface Asked<Env> {
  /** As it came. */
  readonly original: Request;
  /** As `propose` sees it. */
  readonly request: Request;
  readonly headers: Headers;
  readonly url: { readonly origin: string; readonly path: string; readonly query: string };
  readonly body: Body;
  readonly route: Route;
  readonly env: Env;
  readonly ctx: EdgeContext;
}

/** How a request was routed, with its query as fields in order. */
export class Route implements EdgeRoute {
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

/** Returns the headers without what only a gate may say. Throws gate/override. */
export function cleaned(from: Headers): Headers {
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
export function carriedBy(from: Headers, carried: Carried | undefined): Headers {
  const headers = new Headers(from);
  for (const name of bodyHeaders) headers.delete(name);
  if (carried !== undefined) headers.set("Content-Type", carried.type);
  return headers;
}

/** Returns a request with another URL, other headers and another body; the rest is as it came. */
export function remade(
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
export async function passing({ original, headers, url, body }: Asked<unknown>): Promise<Request> {
  const to = url.origin + url.path + (url.query && `?${url.query}`);
  if (!body.asked && !mayHaveFields(headers.get("Content-Type")))
    return new Request(new Request(to, original), { headers });
  if (!body.asked && body.isMultipart) return remade(original, to, headers, await body.multipart());
  const carried = await body.read(); // a form may name another method
  return remade(original, to, carriedBy(headers, carried), carried?.bytes);
}
