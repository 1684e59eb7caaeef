// This file says what went wrong, for a person.

import { HoldfastError } from "@holdfast/web";
import type { Code } from "@holdfast/web/contract/codes";
import { replicaCodes } from "@holdfast/web/replica";

/** What went wrong: a stable code, and what to say. */
export interface Trouble {
  readonly code: string;
  readonly say: string;
}

const failed = "studio/failed" satisfies Code;
const unknown = "session/unknown" satisfies Code;

/** Returns what to tell a person about something that was thrown. */
export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof HoldfastError) return { code: thrown.code, say: sentence(thrown.message) };
  return { code: failed, say: sentence(thrown instanceof Error ? thrown.message : String(thrown)) };
}

/** What to put above a trouble that leaves nothing else to be shown. */
export function headingOf(code: string): string {
  if (code.startsWith("auth/")) return "This server wants to know who asks";
  if (code === replicaCodes.unreachable) return "The server is away";
  if (code === replicaCodes.differs) return "The server's decisions are not those that are made here";
  if (code === unknown) return "There is no such session";
  return code.startsWith("load/") ? "The module did not load" : "This cannot be shown";
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
