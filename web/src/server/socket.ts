// This file defines overSocket: a session's events over a WebSocket, for a server whose sessions sleep while nothing
// happens.
//
// A message is a decision, as the server wrote it. The server says nothing in between, so it is asked with `ping`; what
// answers `pong` is the network in front of a session, which sleeps on.

import { HoldfastError } from "../documents/errors.js";
import { replicaCodes } from "./problem.js";

/** One event of a stream. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** The subprotocol; a token goes beside it, since a browser can set no headers. */
const protocol = "holdfast.v1";

/**
 * Yields the events as they come, until the connection ends. Where it cannot be opened, a browser does not say why: the
 * log, which is asked then, does. every is how long nothing is said until the other side is asked, and how
 * long its answer may take, in milliseconds.
 */
export async function* overSocket(
  url: URL,
  token: string | undefined,
  heard: () => void,
  signal: AbortSignal,
  every: number,
): AsyncGenerator<ServerEvent> {
  if (signal.aborted) return;
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url, token === undefined ? [protocol] : [protocol, `bearer.${token}`]);
  const events: ServerEvent[] = [];
  let over = false;
  let opened = false;
  let spoke = false;
  let asked = false;
  let failed: HoldfastError | undefined;
  let wake = (): void => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (error?: HoldfastError): void => {
    if (!over) failed = error;
    over = true;
    wake();
  };
  const ask = (): void => {
    // Where nothing ever came, something between lets nothing through, and another try would not help.
    const code = spoke ? replicaCodes.unreachable : replicaCodes.answer;
    if (asked) return end(new HoldfastError(code, "nothing comes over the WebSocket"));
    asked = true;
    socket.send("ping");
    if (spoke) heard(); // a page in the background has slow timers: the answer gets its time
    timer = setTimeout(ask, every);
  };
  socket.onopen = () => {
    opened = true;
    ask();
  };
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== "string")
      return end(new HoldfastError(replicaCodes.answer, "the server sends what is no text"));
    spoke = true;
    asked = false;
    heard();
    clearTimeout(timer);
    timer = setTimeout(ask, every);
    if (data !== "pong") events.push({ event: "decision", data });
    wake();
  };
  socket.onclose = ({ reason }: CloseEvent) => {
    if (opened) events.push({ event: "end", data: reason });
    end(opened ? undefined : new HoldfastError(replicaCodes.answer, "the server opens no WebSocket"));
  };
  const aborted = (): void => end();
  signal.addEventListener("abort", aborted);
  try {
    for (;;) {
      for (let event; (event = events.shift()) !== undefined;) yield event;
      if (failed !== undefined) throw failed;
      if (over) return;
      await new Promise<void>((done) => (wake = done));
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
