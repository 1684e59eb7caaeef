// This file replays golden vectors, in Node, a page and a worker alike: it
// imports nothing but the SDK.

import { load } from "../../dist/index.js";
import { Player, sessionId } from "../../dist/module/player.js";

/** The files of one vector. */
export const files = ["bundle.json", "proposals.jsonl", "decisions.jsonl"];

/**
 * Replays vectors, `{name, read(file) → bytes}` each, and returns for each how
 * many lines were compared and the first that differs, if one does.
 */
export async function replayAll(vectors) {
  const engine = await load();
  const results = [];
  for (const { name, read } of vectors) {
    const [document, proposals, decisions] = await Promise.all(files.map(read));
    const bundle = engine.bundle(document);
    const session = bundle.open(sessionId);
    results.push({ name, ...replay(new Player(engine, session), proposals, decisions) });
    session.close();
    bundle.close();
  }
  engine.close();
  return results;
}

function replay(player, proposals, decisions) {
  const expected = linesOf(decisions);
  let lines = 0;
  for (const proposal of linesOf(proposals)) {
    const answer = player.answer(proposal);
    if (answer === undefined) continue;
    const wanted = expected[lines++];
    if (wanted === undefined || !equal(answer, wanted))
      return { lines, differs: { line: lines, wanted: text(wanted), got: text(answer) } };
  }
  return lines === expected.length
    ? { lines }
    : { lines, differs: { line: lines + 1, wanted: text(expected[lines]), got: undefined } };
}

function linesOf(bytes) {
  const lines = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    lines.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return lines;
}

function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function text(bytes) {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
