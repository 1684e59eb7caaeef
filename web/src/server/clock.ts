// This file defines Clock: what time it is on the server.

/**
 * How far a server's clock is ahead of this one, from its Date headers. A header has
 * whole seconds, and was written at some time between the request and the answer:
 *
 *	began ─────────── ended          here
 *	      Date … Date+1 s            there, so Date − ended ≤ ahead < Date + 1 s − began
 *
 * What several answers say together is narrower than what each says.
 */
export class Clock {
  #least = -Infinity;
  #most = Infinity;

  /** Takes an answer's Date header, and when it was asked for and came, in milliseconds here. */
  heard(date: string | null, began: number, ended: number): void {
    const at = date === null ? NaN : Date.parse(date);
    if (Number.isNaN(at)) return; // another origin's page may not see the header
    if (ended < began) return; // this machine's clock was set back meanwhile
    const least = at - ended;
    const most = at + 1000 - began;
    if (least > this.#most || most < this.#least)
      [this.#least, this.#most] = [least, most]; // one of the clocks was set
    else [this.#least, this.#most] = [Math.max(least, this.#least), Math.min(most, this.#most)];
  }

  /** Milliseconds; 0 where nothing is known. */
  get ahead(): number {
    if (this.#least <= 0 && this.#most >= 0) return 0; // the two agree as far as anyone can see
    return Math.round((this.#least + this.#most) / 2);
  }

  /** The server's time, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.ahead;
  }
}
