// This file defines signatures, which fetches what judges signatures when there is one to judge: most
// pages have none.

import { HoldfastError, codes, messageOf } from "./errors.js";

/** Returns signature.ts. */
export function signatures(): Promise<typeof import("./signature.js")> {
  return import("./signature.js").catch((thrown: unknown) => {
    const said = `what judges signatures could not be fetched: ${messageOf(thrown)}`;
    throw new HoldfastError(codes.fetch, said, { cause: thrown });
  });
}
