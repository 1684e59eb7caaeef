// This file defines clock, which the Go program and the SDK read as the isolate's Date.

const Real = Date;

export const clock = { now: undefined };

globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(clock.now ?? Real.now());
    else super(...args);
  }
  static now() {
    return clock.now ?? Real.now();
  }
};
