// This file defines Remote, a Holdfast server as one session's client sees it: requests
// with a bearer token, refusals as errors, the log as lines, events as they come.
//
// The bytes of a decision reach the caller as text, untouched: canonical JSON is valid
// UTF-8 without a line break, so decoding and encoding it again gives the same bytes.

import { HoldfastError, messageOf } from "../documents/errors.js";
import { Clock } from "./clock.js";
import { Problem, replicaCodes, unreachable } from "./problem.js";
import { overSocket, type ServerEvent } from "./socket.js";

/** How to reach the server. */
export interface RemoteOptions {
  /** Returns the bearer token. It is called once, and again when the server says that the token is no longer good. */
  readonly token?: (() => string | Promise<string>) | undefined;
  /** Instead of the global fetch. */
  readonly fetch?: typeof fetch | undefined;
  /**
   * How decisions arrive: over a stream, which every server has, when left out. With the edge worker a WebSocket lets
   * the session's object sleep meanwhile. A server that opens none is asked for its log every few seconds.
   */
  readonly events?: "stream" | "websocket" | undefined;
}

/** What one request has besides its path. */
interface Ask {
  readonly accept: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  /** Ends the request, and the reading of its answer. */
  readonly control: AbortController;
}

/** How long a request may take until its answer begins, and until a small one has ended, in milliseconds. */
const patience = 15_000;

/** The most text that is kept while a line has not ended: a decision is far smaller. */
const maxLine = 16 << 20;

/** A server. */
export class Remote {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  /** Its clock against this one. */
  readonly clock = new Clock();
  readonly #options: RemoteOptions;
  #token: Promise<string> | undefined;

  constructor(url: string | URL, options: RemoteOptions) {
    this.url = String(url).replace(/\/+$/, "");
    this.#options = options;
    if (options.events === "websocket" && typeof WebSocket === "undefined")
      throw new TypeError('`events: "websocket"` where there is no WebSocket');
  }

  /** Returns a document. */
  async text(path: string, accept: string, control = new AbortController()): Promise<string> {
    return bodyOf(await this.#ask(path, { accept, control }), control);
  }

  /** Proposes; returns the decision as the server wrote it. */
  async propose(session: string, body: string, key: string, control: AbortController): Promise<string> {
    const headers = { "content-type": "application/json", "idempotency-key": key };
    return bodyOf(
      await this.#ask(pathOf(session, "decisions"), { accept: "application/json", body, headers, control }),
      control,
    );
  }

  /**
   * Yields the log from a seq on, a few decisions at a time, as they arrive. A last
   * line without its end is left out. total is told how many decisions there are.
   */
  async *log(
    session: string,
    from: number,
    limit: number | undefined,
    total: (seq: number) => void,
    control = new AbortController(),
  ): AsyncGenerator<string[]> {
    const response = await this.#ask(
      pathOf(session, `decisions?from=${from}${limit === undefined ? "" : `&limit=${limit}`}`),
      { accept: "application/jsonl", control },
    );
    total(Number(response.headers.get("holdfast-seq") ?? NaN));
    let begun = "";
    for await (const text of piecesOf(response)) {
      const lines = (begun + text).split("\n");
      begun = bounded(lines.pop()!);
      if (lines.length > 0) yield lines;
    }
  }

  /**
   * Yields the events after a decision, as they come. heard is called whenever anything arrives; where the other side
   * lives, that is before a silence, in milliseconds, is over.
   */
  async *events(
    session: string,
    after: number,
    heard: () => void,
    control: AbortController,
    silence: number,
  ): AsyncGenerator<ServerEvent> {
    if (this.#options.events === "websocket") {
      const url = new URL(`${this.url}${pathOf(session, "events")}?after=${after}`, globalThis.location?.href);
      return yield* overSocket(url, await this.#bearer(), heard, control.signal, (silence * 3) / 8);
    }
    const response = await this.#ask(pathOf(session, "events"), {
      accept: "text/event-stream",
      headers: { "last-event-id": String(after) },
      control,
    });
    let begun = "";
    let event = "message";
    let data: string[] = [];
    for await (const text of piecesOf(response)) {
      heard();
      const lines = (begun + text).split(/\r?\n/);
      begun = bounded(lines.pop()!);
      for (const line of lines) {
        const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
        if (line === "") {
          if (data.length > 0) yield { event, data: data.join("\n") };
          event = "message";
          data = [];
        } else if (name === "event") event = value;
        else if (name === "data") data.push(value);
      }
    }
  }

  /** Forgets the token, so that the next request asks for another; where it was replaced already, that one is kept. */
  renew(used = this.#token): void {
    if (used === this.#token) this.#token = undefined;
  }

  // Returns the token; the promise of it is in #token as soon as this is called.
  async #bearer(): Promise<string | undefined> {
    const { token } = this.#options;
    if (token === undefined) return undefined;
    const given = (this.#token ??= Promise.resolve().then(token));
    try {
      return await given;
    } catch (thrown) {
      this.renew(given);
      throw new HoldfastError(replicaCodes.token, `there is no token to ask the server with: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
  }

  async #ask(path: string, ask: Ask): Promise<Response> {
    for (let again = false; ; again = true) {
      const asked = this.#bearer();
      const given = this.#token;
      const bearer = await asked;
      const response = await this.#fetch(path, ask, bearer);
      if (response.ok) {
        const type = response.headers.get("content-type") ?? "";
        if (!type.startsWith(ask.accept)) {
          void response.body?.cancel().catch(() => undefined);
          throw new HoldfastError(
            replicaCodes.answer,
            `${this.url} answers with ${type === "" ? "no type" : type} where a Holdfast server answers with ` +
              `${ask.accept}; is there a proxy in between?`,
          );
        }
        return response;
      }
      const problem = await problemOf(response, ask.control);
      if (problem.status !== 401 || bearer === undefined || again) throw problem;
      this.renew(given);
    }
  }

  async #fetch(path: string, ask: Ask, bearer: string | undefined): Promise<Response> {
    const timer = setTimeout(() => ask.control.abort(), patience);
    const headers: Record<string, string> = { accept: ask.accept, ...ask.headers };
    if (bearer !== undefined) headers["authorization"] = `Bearer ${bearer}`;
    const began = Date.now();
    try {
      const response = await (this.#options.fetch ?? fetch)(this.url + path, {
        method: ask.body === undefined ? "GET" : "POST",
        headers,
        body: ask.body ?? null,
        cache: "no-store",
        signal: ask.control.signal,
      });
      this.clock.heard(response.headers.get("date"), began, Date.now());
      return response;
    } catch (thrown) {
      throw unreachable(thrown);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Returns the path of a part of a session. */
export function pathOf(session: string, part: string): string {
  return `/v1/sessions/${encodeURIComponent(session)}/${part}`;
}

async function problemOf(response: Response, control: AbortController): Promise<Problem> {
  const { status } = response;
  const after = Number(response.headers.get("retry-after") ?? NaN); // the server writes seconds
  const retryAfter = Number.isFinite(after) ? after * 1000 : undefined;
  try {
    const said = JSON.parse(await bodyOf(response, control)) as {
      code?: unknown;
      detail?: unknown;
      path?: unknown;
      seq?: unknown;
    };
    if (typeof said.code === "string")
      return new Problem(said.code, typeof said.detail === "string" ? said.detail : said.code, {
        status,
        retryAfter,
        ...(typeof said.path === "string" ? { path: said.path } : {}),
        seq: typeof said.seq === "number" ? said.seq : undefined,
      });
  } catch {
    // Then it is not the server's own.
  }
  return new Problem(replicaCodes.answer, `the server answers ${status} ${response.statusText}, without saying why`, {
    status,
    retryAfter,
  });
}

// A body that does not end in time is one that has broken off.
async function bodyOf(response: Response, control: AbortController): Promise<string> {
  const timer = setTimeout(() => control.abort(), patience);
  try {
    return await response.text();
  } catch (thrown) {
    throw unreachable(thrown);
  } finally {
    clearTimeout(timer);
  }
}

async function* piecesOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } catch (thrown) {
    throw unreachable(thrown);
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function bounded(text: string): string {
  if (text.length > maxLine)
    throw new HoldfastError(replicaCodes.answer, `the server sends a line of over ${maxLine} characters`);
  return text;
}
