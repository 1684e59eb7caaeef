// This file defines Api: what the studio asks of the server besides a session, which a replica follows.

import { HoldfastError, type CatalogInfo } from "@holdfast/web";
import type { ProblemDocument } from "@holdfast/web/contract/documents";
import { Problem, replicaCodes } from "@holdfast/web/replica";
import { keep, kept } from "../parts/keep.js";

/** A bundle or catalog that is published; at is when, in milliseconds since 1970. */
export interface Published {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly at: number;
}

/** A session that there is; at is the time of its last decision. */
export interface Listed {
  readonly session: string;
  readonly bundle: string;
  readonly at: number;
  readonly seq: number;
}

/** What is wrong with a text, and where: lines and columns from 1, columns in characters. */
export interface Finding {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** How a scenario ended, and where it, or the step that failed, is. */
export interface Outcome {
  readonly name: string;
  readonly steps: number;
  readonly passed: boolean;
  readonly line: number;
  readonly column: number;
  readonly failure?: {
    readonly step: number;
    readonly mismatches: readonly { what: string; want: string; got: string }[];
    readonly error?: { code: string; message: string };
  };
}

/** How much of the rules the scenarios reach. */
interface Coverage {
  readonly percent: number;
  readonly [kind: string]: unknown;
}

/** What became of a text. Where a finding is an error, the document is null and the digest "". */
export interface Tested {
  readonly name: string;
  readonly version: string;
  readonly catalog: boolean;
  readonly document: unknown;
  readonly digest: string;
  readonly findings: readonly Finding[];
  readonly more: number;
  readonly scenarios: readonly Outcome[];
  readonly unrun: number;
  readonly coverage: Coverage | null;
}

/** The one bundle that a cursor names, or a verdict and why there is none. */
export interface Resolved {
  readonly digest: string;
  readonly verdict?: string;
  readonly say?: string;
}

/** What the studio asks of the server it comes from. */
export class Api {
  /** A bearer token, where the server wants one; kept as long as the tab is. */
  token = kept("token", "sessionStorage") ?? "";

  setToken(token: string): void {
    this.token = token;
    keep("token", token, "sessionStorage");
  }

  module(): Promise<{ digest: string; url: string; bytes: number }> {
    return this.json("/v1/module");
  }

  async bundles(): Promise<readonly Published[]> {
    return (await this.json<{ bundles: Published[] }>("/v1/bundles?limit=1000")).bundles;
  }

  async catalogs(): Promise<readonly Published[]> {
    return (await this.json<{ catalogs: Published[] }>("/v1/catalogs?limit=1000")).catalogs;
  }

  /** A bundle's document, as text: what is hashed is never encoded again. */
  async bundle(digest: string): Promise<string> {
    return (await this.ask(`/v1/bundles/${digest}`)).text();
  }

  catalog(digest: string): Promise<CatalogInfo> {
    return this.json(`/v1/catalogs/${digest}`);
  }

  /** Finds the one bundle of a cursor, or why there is none. */
  resolve(catalog: string, cursor: object): Promise<Resolved> {
    return this.json(`/v1/catalogs/${catalog}/resolve`, posted(JSON.stringify(cursor)));
  }

  async sessions(): Promise<readonly Listed[]> {
    return (await this.json<{ sessions: Listed[] }>("/v1/sessions?limit=1000")).sessions;
  }

  create(session: string, bundle: string): Promise<unknown> {
    return this.json("/v1/sessions", posted(JSON.stringify({ session, bundle })));
  }

  test(yaml: string, signal: AbortSignal): Promise<Tested> {
    return this.json("/studio/test", { ...posted(yaml, "application/yaml"), signal });
  }

  schema(): Promise<Record<string, unknown>> {
    return this.json("/studio/schema");
  }

  async source(digest: string): Promise<string> {
    return (await this.ask(`/studio/source/${digest}`)).text();
  }

  private async json<T>(path: string, init?: RequestInit): Promise<T> {
    return (await (await this.ask(path, init)).json()) as T;
  }

  /** Asks, and throws a Problem unless the answer is a success. */
  private async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.token !== "") headers.set("authorization", `Bearer ${this.token}`);
    let answer: Response;
    try {
      answer = await fetch(path, { ...init, headers });
    } catch (thrown) {
      if (init.signal?.aborted === true) throw thrown;
      throw new HoldfastError(replicaCodes.unreachable, "The server does not answer.", { cause: thrown });
    }
    const { ok, status } = answer;
    if (ok) return answer;
    const problem = (await answer.json().catch(() => ({}))) as Partial<ProblemDocument>;
    const { code = replicaCodes.answer, detail = `The server answered ${status}.` } = problem;
    throw new Problem(code, detail, { status });
  }
}

function posted(body: string, type = "application/json"): RequestInit {
  return { method: "POST", body, headers: { "content-type": type } };
}
