// This file writes problem documents, as package problem does for the Go program.

import { problems } from "../../web/dist/contract/problems.js";

/** Returns a problem document. Status and title are those of the code. */
export function problem(code, detail, headers = {}) {
  const [status, title] = problems[code];
  const body = JSON.stringify({ type: `urn:holdfast:problem:${code}`, title, status, code, detail });
  return new Response(body, {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store", ...headers },
  });
}
