// This file defines signatures, which fetches what judges signatures when there is one to judge: most
// pages have none.

import { because, codes } from "../documents/errors.js";

/** What signature.ts has. */
export type Signatures = typeof import("./signature.js");

/** Returns it. */
export function signatures(): Promise<Signatures> {
  return import("./signature.js").catch((thrown: unknown) => {
    throw because(thrown, codes.fetch, "what judges signatures could not be fetched");
  });
}
