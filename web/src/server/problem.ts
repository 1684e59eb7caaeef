// This file defines Problem: a refusal by the server, and what else may go wrong between it and a replica.

import type { Code, ReplicaCodes } from "../contract/codes.js";
import { HoldfastError, messageOf } from "../documents/errors.js";

/** The codes that begin in a replica, each with when. The server's own come with Problem. */
export const replicaCodes: ReplicaCodes = {
  unreachable: "replica/unreachable",
  answer: "replica/answer",
  token: "replica/token",
  differs: "replica/differs",
  bundle: "replica/bundle",
  conflict: "replica/conflict",
  full: "replica/full",
  storage: "replica/storage",
  stale: "replica/stale",
  closed: "replica/closed",
};

/** A refusal by the server: its problem document (RFC 9457), whose `code` and `detail` are the error's. */
export class Problem extends HoldfastError {
  /** The HTTP status. */
  readonly status: number;
  /** How many decisions the session has, with session/stale. */
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
    return (
      error.code !== ("session/corrupt" satisfies Code) &&
      (error.status >= 500 || [408, 425, 429].includes(error.status))
    );
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
