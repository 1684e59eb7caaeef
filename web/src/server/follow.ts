// This file defines Follower, which keeps a session at the end of the server's log.
//
//	        ┌──────────────────── again, at once or after a pause ◄──────────┐
//	        ▼                                                                │
//	catching-up ── log read to its end ─────────► live: events as they come ─┤ the stream ends
//	        │                                      (or the log, asked again  │
//	        │ no answer                             every few seconds)       │
//	        ▼                                                                │
//	     offline ── a pause that grows; `online`, the page shown ────────────┘
//
//	from anywhere: a server that lies, a refusal that will not pass ─► stopped, for good
//
// The page's life is part of it: a page that is put away (the back-forward cache, a frozen
// tab) lets go of its connections, and when it comes back nothing is believed to be
// so any more until the log was read to its end.

import type { Code } from "../contract/codes.js";
import { read, type Confirmed } from "./confirmed.js";
import type { Decision } from "../documents/decision.js";
import { HoldfastError } from "../documents/errors.js";
import { Problem, passing, replicaCodes, unreachable } from "./problem.js";

/** How far a replica is with its server. */
export type Status = "live" | "catching-up" | "offline" | "stopped";

/** How long things take, in milliseconds. */
export interface Pace {
  /** The first pause after something failed; each further one is twice as long. */
  readonly retry: number;
  /** The longest pause. */
  readonly longest: number;
  /** A stream that says nothing for this long is dead; a server says something every 15 s. */
  readonly silence: number;
  /** How often the log is asked where there is no stream. */
  readonly poll: number;
  /** How long it is before a stream is tried again. */
  readonly pollFor: number;
}

const usualPace: Pace = { retry: 500, longest: 30_000, silence: 40_000, poll: 3_000, pollFor: 120_000 };

/** How many streams in a row may break at once before the log is asked instead. */
const maxBroken = 4;

/** Who is told. */
export interface Following {
  /** A decision was confirmed. heard is false where another tab told of it. */
  confirmed(decision: Decision, text: string, heard: boolean): void;
  /** The status, or what follows from it, is another one. */
  moved(): void;
}

/** Follows a session's log. */
export class Follower {
  readonly pace: Pace;
  #status: Status = "catching-up";
  #reason: HoldfastError | undefined;
  #stale = false;
  readonly #confirmed: Confirmed;
  readonly #told: Following;
  #control = new AbortController();
  #catching: Promise<void> | undefined;
  #reading: AbortController | undefined;
  readonly #sleepers = new Set<() => void>();
  #away = false;
  #heardAt = Date.now();
  #leave: (() => void) | undefined;

  constructor(confirmed: Confirmed, told: Following, pace: Partial<Pace> = {}) {
    this.#confirmed = confirmed;
    this.#told = told;
    this.pace = { ...usualPace, ...pace };
  }

  get status(): Status {
    return this.#status;
  }

  /** Why it is offline or stopped. */
  get reason(): HoldfastError | undefined {
    return this.#reason;
  }

  /** True for a page that has come back and does not know yet what it missed. */
  get stale(): boolean {
    return this.#stale;
  }

  /** True while the page is put away. */
  get away(): boolean {
    return this.#away;
  }

  /** Begins; the log has been read. */
  start(): void {
    this.#leave = this.#live();
    this.#set("live");
    void this.#run();
  }

  /** Ends for good. */
  stop(reason: HoldfastError): void {
    if (this.#status === "stopped") return;
    this.#leave?.();
    this.#set("stopped", reason);
    this.#reading?.abort();
    this.check();
  }

  /** Takes a decision that was told of; what is missing before it is read from the log. */
  async take(text: string, heard = true): Promise<void> {
    if (this.#take(text, heard) !== "gap") return;
    await this.until(read(text).seq - 1);
    this.#take(text, heard);
  }

  /** Reads the log to its end. */
  catchUp(): Promise<void> {
    return (this.#catching ??= this.#catchUp().finally(() => (this.#catching = undefined)));
  }

  /** Reads the log until a decision is there. */
  async until(seq: number): Promise<void> {
    for (let tries = 0; this.#confirmed.seq < seq; tries++) {
      if (tries === 3)
        throw new HoldfastError(replicaCodes.unreachable, `the server's log does not get to decision ${seq}`);
      await this.catchUp();
    }
  }

  /** Looks at once whether the server is there: something has failed, or may have. */
  check(): void {
    this.#control.abort();
    this.wake();
  }

  /** Ends all pauses. */
  wake(): void {
    for (const wake of this.#sleepers) wake();
  }

  /** Waits, the longer the more tries there were, or as long as the server says; a check ends it. */
  async pause(tries: number, error?: HoldfastError): Promise<void> {
    const { retry, longest } = this.pace;
    const most = Math.min(longest, retry * 2 ** Math.min(tries, 20));
    const asked = error instanceof Problem ? Math.min(error.retryAfter ?? 0, longest * 10) : 0;
    // Jitter, so that not all come back in the same moment; nothing that is hashed depends on it.
    await this.sleep(Math.max(asked, most / 2) + (Math.random() * most) / 2);
  }

  /** Waits; a check ends it. */
  async sleep(millis: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wake!: () => void;
    await new Promise<void>((done) => {
      this.#sleepers.add((wake = done));
      timer = setTimeout(done, millis);
    });
    clearTimeout(timer);
    this.#sleepers.delete(wake);
  }

  #set(status: Status, reason?: HoldfastError): void {
    if (this.#status === "stopped" || (this.#status === status && this.#reason === reason)) return;
    this.#status = status;
    this.#reason = reason;
    if (status === "live") this.#stale = false;
    this.#told.moved();
  }

  get #stopped(): boolean {
    return this.#status === "stopped";
  }

  async #run(): Promise<void> {
    let tries = 0;
    for (let first = true; !this.#stopped; first = false) {
      if (this.#away) {
        await this.sleep(2 ** 30); // until it is back
        continue;
      }
      const control = (this.#control = new AbortController());
      try {
        if (!first) await this.catchUp();
        if (control.signal.aborted) continue;
        this.#set("live");
        const began = Date.now();
        const end = await this.#listen(control);
        tries = end === "over" && Date.now() - began > this.pace.retry * 10 ? 0 : tries + 1;
        if ((end === "useless" || tries > maxBroken) && !control.signal.aborted) await this.#poll(control);
        if (this.#stopped) return;
        if (this.#status === "live") this.#set("catching-up");
        if (!control.signal.aborted) await this.pause(Math.min(tries, 4) - 2);
      } catch (thrown) {
        const error = unreachable(thrown);
        if (this.#stopped) return;
        if (control.signal.aborted && passing(error)) continue;
        if (!passing(error)) return this.stop(error);
        this.#set("offline", error);
        await this.pause(tries++, error);
      }
    }
  }

  // Follows the stream until it is over. It is useless where the server, or a proxy before it, lets nothing through.
  async #listen(control: AbortController): Promise<"over" | "useless"> {
    const confirmed = this.#confirmed;
    const inner = new AbortController();
    const end = (): void => inner.abort();
    control.signal.addEventListener("abort", end);
    let useless = false;
    let timer = setTimeout(() => {
      useless = true;
      end();
    }, this.pace.silence);
    const heard = (): void => {
      this.#heardAt = Date.now();
      clearTimeout(timer);
      timer = setTimeout(end, this.pace.silence);
    };
    try {
      const { remote, id, seq } = confirmed;
      for await (const { event, data } of remote.events(id, seq, heard, inner, this.pace.silence)) {
        if (control.signal.aborted) break;
        if (event === "decision") await this.take(data);
        if (event !== "end") continue;
        if (data === ("auth/expired" satisfies Code)) remote.renew();
        break;
      }
    } catch (thrown) {
      const error = unreachable(thrown);
      if (error instanceof Problem && error.code === ("session/stale" satisfies Code))
        throw lost(confirmed.seq, error.seq);
      const refused =
        error.code === replicaCodes.answer || (error instanceof Problem && /^(http|limit)\//.test(error.code));
      if (!refused && !passing(error)) throw error;
      useless ||= refused;
    } finally {
      clearTimeout(timer);
      end();
    }
    return useless ? "useless" : "over";
  }

  async #poll(control: AbortController): Promise<void> {
    for (const until = Date.now() + this.pace.pollFor; Date.now() < until;) {
      await this.sleep(this.pace.poll);
      if (this.#stopped || this.#away || control.signal.aborted) return;
      await this.catchUp();
    }
  }

  async #catchUp(): Promise<void> {
    const confirmed = this.#confirmed;
    const control = (this.#reading = new AbortController());
    const before = confirmed.seq;
    let total = NaN;
    let idle = setTimeout(() => control.abort(), this.pace.silence);
    try {
      for await (const lines of confirmed.remote.log(
        confirmed.id,
        before + 1,
        undefined,
        (seq) => (total = seq),
        control,
      )) {
        if (this.#stopped) return;
        this.#heardAt = Date.now();
        clearTimeout(idle);
        idle = setTimeout(() => control.abort(), this.pace.silence);
        for (const line of lines)
          if (this.#take(line, true) === "gap")
            throw new HoldfastError(replicaCodes.unreachable, "the server's log has a gap");
      }
    } finally {
      clearTimeout(idle);
    }
    this.#heardAt = Date.now();
    if (total < before) throw lost(before, total);
    if (confirmed.seq < total)
      throw new HoldfastError(replicaCodes.unreachable, `the server's log broke off at ${confirmed.seq} of ${total}`);
  }

  #take(text: string, heard: boolean): "known" | "gap" | "new" {
    const taken = this.#confirmed.take(text);
    if (typeof taken === "string") return taken;
    this.#told.confirmed(taken, text, heard);
    return "new";
  }

  // Listens to the page's life; returns what ends that.
  #live(): () => void {
    if (typeof addEventListener !== "function") return () => undefined;
    const page = typeof document === "undefined" ? undefined : document;
    const leave = (): void => {
      if (this.#away) return;
      this.#away = true;
      this.#stale ||= this.#status !== "offline";
      this.#reading?.abort();
      this.#set("catching-up");
      this.#told.moved();
      this.check();
    };
    const back = (): void => {
      if (!this.#away) return;
      this.#away = false;
      this.#told.moved();
      this.wake();
    };
    const shown = (): void => {
      if (page?.visibilityState !== "visible") return;
      if (this.#status === "offline" || Date.now() - this.#heardAt > this.pace.silence) this.check();
    };
    const online = (): void => this.check();
    const offline = (): void => {
      this.#set("offline", new HoldfastError(replicaCodes.unreachable, "this machine has no network"));
      this.check();
    };
    const all: [EventTarget | undefined, string, () => void][] = [
      [globalThis, "pagehide", leave],
      [globalThis, "pageshow", back],
      [page, "freeze", leave],
      [page, "resume", back],
      [page, "visibilitychange", shown],
      [globalThis, "online", online],
      [globalThis, "offline", offline],
    ];
    for (const [target, name, fn] of all) target?.addEventListener(name, fn);
    return () => {
      for (const [target, name, fn] of all) target?.removeEventListener(name, fn);
    };
  }
}

/** Makes the error of a server that has fewer decisions than it had told of. */
export function lost(seen: number, seq: number | undefined): HoldfastError {
  return new HoldfastError(
    replicaCodes.differs,
    `the server has ${seq ?? "fewer"} decisions, and had told of ${seen} before; nothing more is taken from it`,
  );
}
