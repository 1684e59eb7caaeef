// This file defines Problem: a refusal by the server, and what else may go wrong between it and a replica.

import { HoldfastError, messageOf } from "../documents/errors.js";

/** The codes that begin in a replica, each with when. The server's own come with Problem. */
export const replicaCodes = {
  /** No answer arrived: no network, no server, a time limit, a connection that broke. It is tried again. */
  unreachable: "replica/unreachable",
  /** What answered is not a Holdfast server, as a proxy's page is not. It is tried again. */
  answer: "replica/answer",
  /** The `token` function threw. It is asked again. */
  token: "replica/token",
  /** The server's decisions are not those that are decided here, or not those it had told before. The replica has stopped. */
  differs: "replica/differs",
  /** The session is of another bundle than the program asks for. */
  bundle: "replica/bundle",
  /** A proposal was not sent: on the server's newer state it would get another verdict than was shown. */
  conflict: "replica/conflict",
  /** As many proposals wait as may. */
  full: "replica/full",
  /** Waiting proposals cannot be written to the storage, or read from it. They stay in memory. */
  storage: "replica/storage",
  /** The page comes back from the back-forward cache and has not yet heard what it missed. */
  stale: "replica/stale",
  /** The replica was closed. */
  closed: "replica/closed",
} as const;

/** A refusal by the server: its problem document (RFC 9457), whose `code` and `detail` are the error's. */
export class Problem extends HoldfastError {
  /** The HTTP status. */
  readonly status: number;
  /** Where the session stands, with session/stale. */
  readonly seq: number | undefined;
  /** Milliseconds after which to ask again, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(
    code: string,
    message: string,
    more: { path?: string; status: number; seq?: number | undefined; retryAfter?: number | undefined },
  ) {
    super(code, message, more.path === undefined ? {} : { path: more.path });
    this.status = more.status;
    this.seq = more.seq;
    this.retryAfter = more.retryAfter;
  }
}

/** Says whether asking again later may help. */
export function passing(error: HoldfastError): boolean {
  if (error instanceof Problem && error.code !== replicaCodes.answer)
    return error.code !== "session/corrupt" && (error.status >= 500 || [408, 425, 429].includes(error.status));
  return (
    error.code === replicaCodes.unreachable || error.code === replicaCodes.answer || error.code === replicaCodes.token
  );
}

/** Makes an error of whatever ended a request. */
export function unreachable(thrown: unknown): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  return new HoldfastError(replicaCodes.unreachable, `the server does not answer: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}
