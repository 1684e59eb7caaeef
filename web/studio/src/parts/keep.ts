// This file keeps small things between visits: where a browser lets it, and otherwise not.

/** Returns what was kept under a name, or undefined. */
export function kept(name: string, where: "localStorage" | "sessionStorage" = "localStorage"): string | undefined {
  try {
    return globalThis[where].getItem(`holdfast.${name}`) ?? undefined;
  } catch {
    return undefined; // storage is blocked
  }
}

/** Keeps text under a name; undefined lets go of it. */
export function keep(
  name: string,
  text: string | undefined,
  where: "localStorage" | "sessionStorage" = "localStorage",
): void {
  try {
    if (text === undefined) globalThis[where].removeItem(`holdfast.${name}`);
    else globalThis[where].setItem(`holdfast.${name}`, text);
  } catch {
    // Storage is blocked or full: then it is only not there next time.
  }
}
