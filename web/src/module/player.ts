// This file defines Player: proposals in, one a line, and an answer a line out.
//
// The contract, the same for `holdfast play` and `node dist/play.js`, byte for byte:
//
//   - A line is what is between two "\n" (the last may lack its own). Its bytes go to
//     the module as they are, invalid UTF-8 and a "\r" at its end included: JSON reads
//     that as white space. A line of nothing but space, tab and "\r" is skipped.
//   - Every other line has a time: the first 1767225600000, each one 1000 more than
//     the line before, whether it was decided or not. A session that was brought
//     along and has got past 1767225600000 begins 1000 after its own time.
//   - What a proposal leaves out is filled in by the module (OpComplete): the line's time
//     as `at`, ["request"] as `reasons`, {} as `args`, the actor's kind as its id.
//   - Of a line longer than a proposal can be only the beginning goes to the module. The
//     error gives the whole line's length.
//   - The answer is the decision's exact bytes, or, where there is no decision,
//     {"error":{"code":…,"message":…,"path":…}} as canonical JSON.
//   - A session that was not brought along has the id "play".

import type { Engine } from "./engine.js";
import { HoldfastError } from "../documents/errors.js";
import type { Session } from "./session.js";

/** The id of a session that begins with the first line. */
export const sessionId = "play";

/** 2026-01-01T00:00:00Z, the first line's time in milliseconds. */
const firstAt = 1767225600000;

/** Milliseconds from one line to the next. */
const step = 1000;

/** Bytes of a line that go to the module: one more than a proposal may have. */
const maxLine = 65537;

/** Decides lines on one session. */
export class Player {
  readonly #engine: Engine;
  readonly #session: Session;
  #at: number;

  constructor(engine: Engine, session: Session) {
    this.#engine = engine;
    this.#session = session;
    const { at } = session.head();
    this.#at = at >= firstAt ? at + step : firstAt;
  }

  /** Returns the answer to a line, without its "\n"; undefined for a blank one, which has none. */
  answer(line: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    if (line.every(isBlank)) return undefined;
    const at = this.#at;
    this.#at += step;
    const begun = line.subarray(0, maxLine);
    try {
      return this.#session.decide(this.#engine.complete(begun, at)).bytes;
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError)) throw thrown;
      const { code, path } = thrown;
      const message =
        begun.length < line.length ? thrown.message.replace(String(begun.length), String(line.length)) : thrown.message;
      return this.#engine.canon({ error: { code, message, path } });
    }
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}
