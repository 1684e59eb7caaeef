// This file writes what contest.mjs measured as lines of text.

/** Returns a row as text. */
export function lines({ title, results, goal, verdict }) {
  const [first] = results;
  const each = results.map(
    ({ name, nanoseconds }) =>
      `${nanoseconds.toFixed(1).padStart(12)} ns ${(nanoseconds / first.nanoseconds).toFixed(2).padStart(9)}×  ${name}`,
  );
  return `\n${title}\n${each.join("\n")}\n      goal: ${goal}: ${verdict}`;
}
