// This file puts off what takes milliseconds until nothing more urgent is to be done, one at a time.

const waiting: (() => void)[] = [];
let planned = false;

/** Calls fn when there is time; the function it returns takes that back. */
export function later(fn: () => void): () => void {
  waiting.push(fn);
  plan();
  return () => {
    const at = waiting.indexOf(fn);
    if (at >= 0) waiting.splice(at, 1);
  };
}

function plan(): void {
  if (planned || waiting.length === 0) return;
  planned = true;
  const next = (): void => {
    planned = false;
    waiting.shift()?.();
    plan();
  };
  if (typeof requestIdleCallback === "function") requestIdleCallback(next, { timeout: 300 });
  else setTimeout(next, 30);
}
