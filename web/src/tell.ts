// This file defines tell, which calls somebody else's listener.

/** Calls fn; what it throws becomes an uncaught error of its own, so that one listener harms neither the others nor who tells them. */
export function tell(fn: () => void): void {
  try {
    fn();
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
