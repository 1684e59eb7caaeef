// This file defines Listeners: those who hear a session's decisions over WebSockets that hibernate.
//
//	GET /v1/sessions/ID/events, Upgrade: websocket ── may it? (the Go program, as for a stream) ── 101
//	a decision is durable ── one text message of its bytes to each listener
//
// Between decisions the platform keeps the connections, and neither the object nor its Go program is in memory
// or charged for. What is known of a connection is attached to it, and survives.
// https://developers.cloudflare.com/durable-objects/best-practices/websockets/

import { problem } from "./problem.js";

/* global WebSocketPair, WebSocketRequestResponsePair */

/** The subprotocol. A browser, which cannot set headers, sends its token as a second one, `bearer.TOKEN`. */
const protocol = "holdfast.v1";
const bearer = /^bearer\.([A-Za-z0-9._~-]+)$/;

/** The most decisions that a new listener is told of at once; the log has the rest. */
const maxBehind = 1024;

/** The most connections of one token, as `holdfast serve` has it for streams. */
const maxListeners = 100;

/** Close codes: the token is not valid any more; this connection only tells. */
export const closing = { expired: 4401, tellsOnly: 1003 };

/** Says whether a request asks for events over a WebSocket. */
export function wantsSocket(request) {
  return /^websocket$/i.test(request.headers.get("Upgrade") ?? "") && /\/events$/.test(new URL(request.url).pathname);
}

/** The listeners of a session's object. */
export class Listeners {
  #ctx;
  #store;
  #origins;

  /** store has the log; origins are those whose pages may listen, besides the worker's own. */
  constructor(ctx, store, origins) {
    this.#ctx = ctx;
    this.#store = store;
    this.#origins = origins;
    // Answered without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /**
   * Answers a request for events. ask puts a request to the Go program, which knows who may read the session.
   */
  async accept(request, ask) {
    const offered = (request.headers.get("Sec-WebSocket-Protocol") ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean);
    if (offered.length > 0 && !offered.includes(protocol))
      return problem("http/query", `the WebSocket protocol here is ${protocol}`);
    // A page of another origin may open a WebSocket, and browsers do not ask first: so it is asked here.
    const { host } = new URL(request.url);
    const origin = request.headers.get("Origin");
    if (origin !== null && hostOf(origin) !== host && !this.#origins.includes(origin))
      return problem("http/origin", "a page of another origin asks: name its origin when the worker is set up");
    const headers = new Headers(request.headers);
    for (const name of ["Upgrade", "Connection", "Origin", "Sec-WebSocket-Protocol", "Sec-WebSocket-Key"])
      headers.delete(name);
    const token = offered.map((part) => bearer.exec(part)?.[1]).find(Boolean);
    if (token !== undefined && !headers.has("Authorization")) headers.set("Authorization", `Bearer ${token}`);
    const may = await ask(new Request(request.url, { method: "HEAD", headers }));
    if (may.status !== 200) return ask(new Request(request.url, { headers })); // says why
    const recorded = Number(may.headers.get("Holdfast-Seq"));
    const last = headers.get("Last-Event-ID");
    const seen = Number(last ?? new URL(request.url).searchParams.get("after") ?? recorded);
    if (recorded - seen > maxBehind)
      return problem(
        "session/stale",
        `${recorded - seen} decisions are more than are told at once: read the log first`,
      );
    const authorization = headers.get("Authorization") ?? "";
    const tag = await tagOf(authorization);
    if (this.#ctx.getWebSockets(tag).length >= maxListeners)
      return problem("limit/streams", `a token may hold ${maxListeners} event streams open`);
    const pair = new WebSocketPair();
    const [client, server] = Object.values(pair);
    this.#ctx.acceptWebSocket(server, [tag]);
    server.serializeAttachment({ seen, expires: expiryOf(authorization) });
    this.tell();
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: offered.length > 0 ? { "Sec-WebSocket-Protocol": protocol } : {},
    });
  }

  /** Tells each listener what it has not heard of. Everything in the log is durable when this is called. */
  tell() {
    const listeners = this.#ctx.getWebSockets();
    if (listeners.length === 0) return;
    const rows = new Map(); // what is read once serves all
    const last = this.#store.head()?.seq ?? 0;
    for (const listener of listeners) {
      try {
        let { seen, expires } = listener.deserializeAttachment();
        if (expires !== null && Date.now() >= expires) {
          listener.close(closing.expired, "auth/expired");
          continue;
        }
        if (seen === last) continue;
        for (; seen < last; seen++) {
          if (!rows.has(seen + 1)) rows.set(seen + 1, this.#store.decision(seen + 1));
          listener.send(rows.get(seen + 1));
        }
        listener.serializeAttachment({ seen, expires });
      } catch {
        // It is gone, or about to be; its end comes as an event.
      }
    }
  }

  /** Is told what a listener says, who has nothing to say. */
  heard(listener) {
    listener.close(closing.tellsOnly, "this connection only tells");
  }

  /** Ends a connection that the other side ends. */
  left(listener, code) {
    try {
      listener.close(code === 1005 || code === 1006 ? 1000 : code);
    } catch {
      // it is closed
    }
  }
}

function hostOf(origin) {
  try {
    return new URL(origin).host;
  } catch {
    return undefined; // "null"
  }
}

/** Returns when a bearer token ends, in milliseconds, or null. The Go program has verified it. */
function expiryOf(authorization) {
  try {
    const payload = authorization.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const { exp } = JSON.parse(atob(payload));
    return typeof exp === "number" ? exp * 1000 : null;
  } catch {
    return null;
  }
}

async function tagOf(authorization) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(authorization)));
  return btoa(String.fromCharCode(...sum));
}
