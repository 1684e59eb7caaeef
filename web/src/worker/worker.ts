// This file defines work: an engine in a worker of its own, which can be stopped.
//
// Nothing can interrupt WebAssembly on the thread it runs on. In a worker it can be
// stopped: when a call takes longer than the deadline, the worker is terminated, the
// call is refused with engine/deadline, and the next call starts another worker, in
// which bundles and sessions come back as they are used: a session from where it
// began (or its last snapshot) and the proposals decided since, to the same bytes.
// Calls go out one after the other, so the deadline is each call's own.
//
// Everything is asynchronous here, so there are no gates; a page whose bundles are its
// own wants load, and a page that runs other people's bundles wants this.

import type { Admissible, BundleInfo, Path, Question, View } from "../contract/documents.js";
import { Op } from "../contract/abi.js";
import { Decision } from "../documents/decision.js";
import { encode, encodeCopy, type Input } from "../documents/encode.js";
import { HoldfastError, codes, messageOf } from "../documents/errors.js";
import { compile, type FetchOptions, type Source } from "../module/fetch.js";
import { parse } from "../module/instance.js";
import { Recovery, type Origin, type Recorded } from "../module/recovery.js";
import type { Done, Task } from "./service.js";
import type { Proposal } from "../module/session.js";

/** How to work. Everything may be left out. */
export interface WorkOptions extends FetchOptions {
  /** Milliseconds a call may take; 2000 when left out. */
  readonly deadline?: number;
  /** Starts the worker; needed where a bundler does not see `new Worker(new URL("./service.js", import.meta.url))`. */
  readonly worker?: () => Worker;
  /** Receives what Go prints when the module dies; console.error when left out. */
  readonly log?: (text: string) => void;
}

/** Compiles the module here and runs it in a worker. Throws what load throws, engine/worker or engine/deadline. */
export async function work(source?: Source, options: WorkOptions = {}): Promise<WorkerEngine> {
  const { module, digest } = await compile(source, options);
  try {
    return await started(new WorkerEngine(module, digest, options));
  } catch (thrown) {
    const absent = thrown instanceof HoldfastError && thrown.code === codes.worker && options.worker === undefined;
    if (!absent || typeof Worker === "undefined") throw thrown;
    // The worker's script is not beside this one, as it may be with the module (fetch.ts): it also comes inside of one.
    const worker = await import("./inline.js").then(({ workerOf }) => workerOf()).catch(() => undefined);
    if (worker === undefined) throw thrown;
    return await started(new WorkerEngine(module, digest, { ...options, worker })).catch(() => Promise.reject(thrown));
  }
}

// Starts it, so that what is wrong is heard now.
async function started(engine: WorkerEngine): Promise<WorkerEngine> {
  try {
    await engine.call(Op.Canon, undefined, "0");
    return engine;
  } catch (thrown) {
    engine.close();
    throw thrown;
  }
}

/** One of the two kinds of workers. */
interface Thread {
  post(task: Task): void;
  listen(done: (message: Done) => void, failed: (thrown: unknown) => void): void;
  end(): void;
}

/** One worker, or what became of it. */
interface Running {
  readonly thread: Thread;
  /** What waits for the next message. */
  settle: { done: (message: Done) => void; failed: (thrown: unknown) => void } | undefined;
}

/** What is opened in a worker, and can be opened in the next one. */
interface Remade {
  handle(): Promise<number>;
}

/** The module in a worker. Get one from work. */
export class WorkerEngine {
  /** SHA-256 of the module's bytes, `sha256:…`; undefined where it cannot be found out. */
  readonly moduleDigest: string | undefined;
  /** Milliseconds a call may take. */
  deadline: number;
  readonly #module: WebAssembly.Module;
  readonly #options: WorkOptions;
  #running: Running | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @internal */
  constructor(module: WebAssembly.Module, digest: string | undefined, options: WorkOptions) {
    this.#module = module;
    this.moduleDigest = digest;
    this.#options = options;
    this.deadline = options.deadline ?? 2000;
  }

  /** Loads a bundle document; throws as Engine.bundle does. */
  async bundle(document: Input): Promise<WorkerBundle> {
    const bundle = new WorkerBundle(this, encodeCopy(document));
    await this.exclusively(() => bundle.handle());
    return bundle;
  }

  /** Returns a document's canonical bytes. */
  canon(document: Input): Promise<Uint8Array<ArrayBuffer>> {
    return this.call(Op.Canon, undefined, encodeCopy(document));
  }

  /** Ends the worker. Calls that wait, and all that follow, are engine/closed. */
  close(): void {
    this.#closed = true;
    this.#stop(new HoldfastError(codes.closed, "this engine is closed"));
  }

  /** Runs an operation on something, when all that was asked before is done. @internal */
  call(
    op: Op,
    on: Remade | undefined,
    input?: string | Uint8Array,
    then?: (output: Uint8Array<ArrayBuffer>) => void,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.exclusively(async () => {
      const output = (await this.ask(op, on === undefined ? 0 : await on.handle(), input)).output;
      then?.(output);
      return output;
    });
  }

  /** Runs fn when all that was asked before is done. @internal */
  exclusively<T>(fn: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(fn);
    this.#queue = mine.catch(() => {});
    return mine;
  }

  /** What tells one worker from the next: handles are good in one only. @internal */
  async generation(): Promise<object> {
    if (this.#closed) throw new HoldfastError(codes.closed, "this engine is closed");
    if (this.#running !== undefined) return this.#running;
    let running: Running;
    try {
      running = { thread: start(this.#options.worker), settle: undefined };
    } catch (thrown) {
      throw new HoldfastError(codes.worker, `the worker could not be started: ${messageOf(thrown)}`, { cause: thrown });
    }
    running.thread.listen(
      (message) => running.settle?.done(message),
      (thrown) => {
        if (this.#running === running)
          this.#stop(new HoldfastError(codes.worker, `the worker has failed: ${messageOf(thrown)}`, { cause: thrown }));
      },
    );
    this.#running = running;
    await this.#send({ module: this.#module });
    return running;
  }

  /** Sends one call and waits for its answer; only within exclusively. @internal */
  async ask(
    op: Op,
    handle: number,
    input: string | Uint8Array = new Uint8Array(0),
  ): Promise<{ output: Uint8Array<ArrayBuffer>; opened: number }> {
    await this.generation();
    const { output, opened } = await this.#send({ op, handle, input });
    return { output: output!, opened };
  }

  #send(task: Task): Promise<{ output: Uint8Array<ArrayBuffer> | undefined; opened: number }> {
    const running = this.#running!;
    const { log = (text: string) => console.error(text) } = this.#options;
    const { deadline } = this;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          this.#stop(
            new HoldfastError(
              codes.deadline,
              `this took longer than ${deadline} ms and was ended; nothing was decided or recorded`,
            ),
          ),
        deadline,
      );
      const settle = {
        done: (message: Done): void => {
          settle.over();
          if (!("code" in message)) return resolve(message);
          const error = new HoldfastError(message.code, message.message, message);
          if (message.log !== "") log(message.log);
          if (error.code === codes.trap) this.#stop(error); // its memory may be half-written
          reject(error);
        },
        failed: (thrown: unknown): void => {
          settle.over();
          reject(thrown);
        },
        over: (): void => {
          clearTimeout(timer);
          running.settle = undefined;
        },
      };
      running.settle = settle;
      running.thread.post(task);
    });
  }

  #stop(thrown: HoldfastError): void {
    const running = this.#running;
    this.#running = undefined;
    running?.thread.end();
    running?.settle?.failed(thrown);
  }
}

/** A bundle in a worker. */
export class WorkerBundle {
  readonly #engine: WorkerEngine;
  readonly #document: string | Uint8Array;
  #in: object | undefined;
  #handle = 0;
  #info!: BundleInfo;

  /** @internal */
  constructor(engine: WorkerEngine, document: string | Uint8Array) {
    this.#engine = engine;
    this.#document = document;
  }

  /** What the bundle declares. */
  get info(): BundleInfo {
    return this.#info;
  }

  /** What identifies the bundle, `sha256:…`. */
  get digest(): string {
    return this.#info.digest;
  }

  /** Begins a session. */
  open(id: string): Promise<WorkerSession> {
    return this.#begin([Op.Open, encode(id)]);
  }

  /** Goes on with a session from a snapshot, which must be of this very bundle. */
  restore(snapshot: Input): Promise<WorkerSession> {
    return this.#begin([Op.Restore, encodeCopy(snapshot)]);
  }

  async #begin(origin: Origin): Promise<WorkerSession> {
    const session = new WorkerSession(this.#engine, this, origin);
    await this.#engine.exclusively(() => session.handle());
    return session;
  }

  /** @internal */
  async handle(): Promise<number> {
    const now = await this.#engine.generation();
    if (this.#in !== now) {
      const { output, opened } = await this.#engine.ask(Op.Load, 0, this.#document);
      this.#info = parse(output) as BundleInfo;
      [this.#in, this.#handle] = [now, opened];
    }
    return this.#handle;
  }
}

/** A session in a worker: what Session has, asynchronously, but for gates. */
export class WorkerSession {
  readonly #engine: WorkerEngine;
  readonly #bundle: WorkerBundle;
  readonly #recovery: Recovery;
  #in: object | undefined;
  #handle = 0;

  /** @internal */
  constructor(engine: WorkerEngine, bundle: WorkerBundle, origin: Origin) {
    this.#engine = engine;
    this.#bundle = bundle;
    this.#recovery = new Recovery(origin);
  }

  /** Decides a proposal and records the decision. What throws has recorded nothing. */
  decide(proposal: Proposal): Promise<Decision> {
    return this.#record(Op.Decide, proposal);
  }

  /** Decides a recorded decision's proposal again; see Session.replay. */
  replay(decision: Decision | string | Uint8Array): Promise<Decision> {
    return this.#record(Op.Replay, decision instanceof Decision ? decision.bytes : decision);
  }

  /** Returns the decision a proposal would get, unrecorded. */
  async why(proposal: Proposal): Promise<Decision> {
    return new Decision(await this.#engine.call(Op.Why, this, encodeCopy(proposal)));
  }

  /** Returns every action with the verdict it would get; see Session.admissible. */
  async admissible(question: Question): Promise<Admissible> {
    return parse(await this.#engine.call(Op.Admissible, this, encodeCopy(question))) as Admissible;
  }

  /** Returns the shortest way to where a proposal would commit, or that there is none. */
  async path(proposal: Proposal): Promise<Path> {
    return parse(await this.#engine.call(Op.Path, this, encodeCopy(proposal))) as Path;
  }

  /** Returns the session as canonical bytes. */
  snapshot(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#engine.call(Op.Snapshot, this, undefined, (bytes) => this.#recovery.restart(bytes));
  }

  /** Returns the state, for showing. */
  async view(): Promise<View> {
    return parse(await this.#engine.call(Op.View, this)) as View;
  }

  /** @internal */
  async handle(): Promise<number> {
    const now = await this.#engine.generation();
    if (this.#in === now) return this.#handle;
    const { origin, recorded } = this.#recovery;
    const { opened } = await this.#engine.ask(origin[0], await this.#bundle.handle(), origin[1]);
    let last: Uint8Array | undefined;
    for (const [op, input] of recorded) last = (await this.#engine.ask(op, opened, input)).output;
    this.#recovery.check(last);
    [this.#in, this.#handle] = [now, opened];
    return opened;
  }

  async #record(op: Recorded[0], input: Input): Promise<Decision> {
    const copy = encodeCopy(input);
    const bytes = await this.#engine.exclusively(async () => {
      const handle = await this.handle();
      if (this.#recovery.full) this.#recovery.restart((await this.#engine.ask(Op.Snapshot, handle)).output);
      const { output } = await this.#engine.ask(op, handle, copy);
      this.#recovery.add([op, copy], output);
      return output;
    });
    return new Decision(bytes);
  }
}

// Node's workers are asked for without an import, so that no bundler tries to put them into a page.
interface NodeWorker {
  postMessage(task: Task): void;
  on(event: "message", listener: (message: Done) => void): void;
  on(event: "error", listener: (thrown: unknown) => void): void;
  terminate(): unknown;
  unref(): void;
}

interface Process {
  getBuiltinModule?(name: "node:worker_threads"): { Worker: new (url: URL) => NodeWorker } | undefined;
}

function start(make: (() => Worker) | undefined): Thread {
  if (make === undefined && typeof Worker === "undefined") {
    const threads = (globalThis as { process?: Process }).process?.getBuiltinModule?.("node:worker_threads");
    if (threads === undefined) throw new Error("there are no workers here");
    const thread = new threads.Worker(new URL("./service.js", import.meta.url));
    thread.unref();
    return {
      post: (task) => thread.postMessage(task),
      listen(done, failed) {
        thread.on("message", done);
        thread.on("error", failed);
      },
      end: () => void thread.terminate(),
    };
  }
  const worker = make?.() ?? new Worker(new URL("./service.js", import.meta.url), { type: "module" });
  return {
    post: (task) => worker.postMessage(task),
    listen(done, failed) {
      worker.onmessage = ({ data }: MessageEvent<Done>) => done(data);
      worker.onerror = (event) => failed(new Error(event.message || "it did not start"));
      worker.onmessageerror = () => failed(new Error("a message could not be read"));
    },
    end: () => worker.terminate(),
  };
}
