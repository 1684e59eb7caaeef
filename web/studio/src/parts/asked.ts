// This file defines useAsked: what was asked of the server, once it is there.

import { useEffect, useState } from "preact/hooks";

/** Asks when the key changes and returns the answer; undefined until it is there, and where it is not asked. */
export function useAsked<T>(
  key: string | undefined,
  ask: () => Promise<T>,
  failed: (thrown: unknown) => void = () => undefined,
): T | undefined {
  const [answer, setAnswer] = useState<T>();
  useEffect(() => {
    setAnswer(undefined);
    if (key === undefined) return;
    let gone = false;
    ask().then(
      (answer) => gone || setAnswer(answer),
      (thrown) => gone || failed(thrown),
    );
    return () => void (gone = true);
  }, [key]);
  return answer;
}
