// This file defines Api: what the studio asks of the server. Everything that goes over the
// network goes through here.

import { HoldfastError, type ProposalDocument } from "@holdfast/web";
import { keep, kept } from "../parts/keep.js";

/** A problem document (RFC 9457), or that there was no answer at all (`server/away`). */
export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    readonly code: string,
    message: string,
    readonly status = 0,
    readonly more: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

export interface Published {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly at: number;
}

export interface Listed {
  readonly session: string;
  readonly bundle: string;
  readonly at: number;
  readonly seq: number;
}

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

export interface Coverage {
  readonly percent: number;
  readonly [kind: string]: unknown;
}

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

export type Draft = Omit<ProposalDocument, "at">;

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

  /** The document as it stands: text, because what is hashed is never encoded again. */
  async bundle(digest: string): Promise<string> {
    return (await this.ask(`/v1/bundles/${digest}`)).text();
  }

  catalog(digest: string): Promise<import("@holdfast/web").CatalogInfo> {
    return this.json(`/v1/catalogs/${digest}`);
  }

  /** Finds the one bundle of a cursor, or why there is none. */
  resolve(catalog: string, cursor: object): Promise<{ digest: string; verdict: string; say: string }> {
    return this.json(`/v1/catalogs/${catalog}/resolve`, {
      method: "POST",
      body: JSON.stringify(cursor),
      headers: { "content-type": "application/json" },
    });
  }

  async sessions(): Promise<readonly Listed[]> {
    return (await this.json<{ sessions: Listed[] }>("/v1/sessions?limit=1000")).sessions;
  }

  create(session: string, bundle: string): Promise<unknown> {
    return this.json("/v1/sessions", {
      method: "POST",
      body: JSON.stringify({ session, bundle }),
      headers: { "content-type": "application/json" },
    });
  }

  view(session: string): Promise<{ digest: string; seq: number }> {
    return this.json(`/v1/sessions/${session}`);
  }

  /** The log from a decision on: each decision's own text. */
  async decisions(session: string, from = 1): Promise<readonly string[]> {
    const text = await (await this.ask(`/v1/sessions/${session}/decisions?from=${from}`)).text();
    return text.split("\n").filter((line) => line !== "");
  }

  /** The session as the server has it: bytes that a bundle restores. */
  async snapshot(session: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await (await this.ask(`/v1/sessions/${session}/snapshot`)).arrayBuffer());
  }

  /** Proposes, and returns the decision as the server wrote it. Who has not seen `seq` decisions is refused. */
  async propose(session: string, draft: Draft, seq: number): Promise<string> {
    const answer = await this.ask(`/v1/sessions/${session}/decisions`, {
      method: "POST",
      body: JSON.stringify({ ...draft, seq }),
      headers: { "content-type": "application/json" },
    });
    return answer.text();
  }

  /** Calls `heard` for every decision after `after`, until the signal says stop; comes back by itself when the connection breaks. */
  async listen(
    session: string,
    after: () => number,
    heard: (decision: string) => void,
    connected: (on: boolean) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, 8000)) {
      try {
        const answer = await this.ask(`/v1/sessions/${session}/events?after=${after()}`, { signal });
        connected(true);
        wait = 500;
        const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
        for (let rest = ""; ;) {
          const { done, value } = await reader.read();
          if (done) break;
          const events = (rest + value).split("\n\n");
          rest = events.pop()!;
          for (const event of events) {
            const lines = event.split("\n");
            if (!lines.includes("event: decision")) continue;
            const data = lines.find((line) => line.startsWith("data: "));
            if (data !== undefined) heard(data.slice(6));
          }
        }
      } catch (thrown) {
        if (signal.aborted) return;
        if (thrown instanceof Problem && thrown.status >= 400 && thrown.status < 500 && thrown.status !== 429)
          throw thrown;
      }
      if (signal.aborted) return;
      connected(false);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  test(yaml: string, signal: AbortSignal): Promise<Tested> {
    return this.json("/studio/test", {
      method: "POST",
      body: yaml,
      headers: { "content-type": "application/yaml" },
      signal,
    });
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
      throw new Problem("server/away", "The server does not answer. Nothing was recorded.");
    }
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
    throw new Problem(
      problem.code ?? "http/status",
      problem.detail ?? `The server answered ${answer.status}.`,
      answer.status,
      problem,
    );
  }
}

/** What to tell a person about whatever was thrown. */
export function told(thrown: unknown): { code: string; say: string } {
  if (thrown instanceof Problem || thrown instanceof HoldfastError) return { code: thrown.code, say: thrown.message };
  return { code: "studio/failed", say: thrown instanceof Error ? thrown.message : String(thrown) };
}
