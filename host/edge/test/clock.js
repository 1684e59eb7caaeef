// This file defines clock, which the Go program and the SDK read as the isolate's Date.

const Real = Date;

/** now is what the clock shows, if it is set; broken has the next look at it throw, through whatever program looks. */
export const clock = { now: undefined, broken: false };

globalThis.Date = class extends Real {
  constructor(...args) {
    if (clock.broken) {
      clock.broken = false;
      throw new RangeError("the clock is broken");
    }
    if (args.length === 0) super(clock.now ?? Real.now());
    else super(...args);
  }
  static now() {
    return clock.now ?? Real.now();
  }
};
