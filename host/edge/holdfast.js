// This file defines serve: the worker around the Go server, for Cloudflare's runtime.
//
//   request ── worker ── GET /v1/modules/…           static assets
//                │
//                ├── /v1/sessions/ID…  ── object "session ID"    its log, its only writer
//                │                             │ first time: copies what it was created as
//                └── all else          ── object "registry"      bundles, catalogs, who has which session
//
// Every object runs one Go program, program.wasm, for as long as it lives, which decides by
// holdfast.wasm: one running copy in the isolate, shared by its objects and by gates.

import { DurableObject } from "cloudflare:workers";
import "../../dist/edge/wasm_exec.js"; // defines Go
import { Engine } from "../../web/dist/module/engine.js";
import { Op } from "../../web/dist/contract/abi.js";
import { ObjectStore } from "../ledger/object.js";
import { Listeners, wantsSocket } from "./listen.js";
import { problem } from "./problem.js";

/* global Go, MODULE_DIGEST, MODULE_BYTES */

const registry = "registry";
const named = (session) => `session ${session}`;
const opens = new Set([Op.Load, Op.Catalog, Op.Open, Op.Restore]);

/**
 * Makes the worker and the class of its objects.
 *
 * module is holdfast.wasm and program is program.wasm, both imported. bundles are documents to
 * publish: texts or objects, or pairs of one and its signature. binding names the objects' namespace, assets that of
 * the static assets.
 * engine, which comes with them, returns the engine that runs here, for a gate of @holdfast/web/edge.
 */
export function serve({ module, program, bundles = [], binding = "HOLDFAST", assets = "ASSETS" }) {
  const { engine, lend } = shared(module);

  class Holdfast extends DurableObject {
    #open; // promise of the Go program's binding
    #known = false; // a session's object: the session is there
    #store;
    #listeners;
    #alarmAt; // when alarm is called, or null; undefined where that is not known yet

    constructor(ctx, env) {
      super(ctx, env);
      // An object that tells has a log; one that has nothing written yet has no listeners.
      this.#store = new ObjectStore(ctx.storage, () => this.#known && this.#listeners.tell());
      this.#listeners = new Listeners(
        ctx,
        this.#store,
        String(env.HOLDFAST_ORIGINS ?? "")
          .split(/\s+/)
          .filter(Boolean),
      );
    }

    async fetch(request) {
      const session = sessionOf(new URL(request.url).pathname);
      if (session !== undefined && !this.#is(named(session))) {
        // A session is decided on in its own object only. The registry answers for those that were never created.
        if (!this.#is(registry) || (await this.origin(session)) !== undefined)
          throw new Error(`another object is asked for session ${session}`);
      } else if (session !== undefined && !(await this.#find(session))) {
        return this.#registry().fetch(request);
      }
      const program = await this.#program();
      if (session === undefined || !wantsSocket(request)) return program.handleRequest(request);
      return this.#listeners.accept(request, (asked) => program.handleRequest(asked));
    }

    /** Ends what is due in the session, whether anybody asks or not; the platform calls it again where that fails. */
    async alarm() {
      this.#alarmAt = null;
      this.#known = !this.#is(registry); // it has a session, in which something waits
      const next = await (await this.#program()).sweep();
      if (next > 0) await this.#remind(next);
    }

    /** Has the platform call alarm at a time, if it does not do so before. */
    async #remind(at) {
      if (this.#alarmAt === undefined) this.#alarmAt = await this.ctx.storage.getAlarm();
      if (this.#alarmAt !== null && this.#alarmAt <= at) return;
      this.#alarmAt = at;
      await this.ctx.storage.setAlarm(at);
    }

    webSocketMessage(socket) {
      this.#listeners.heard(socket);
    }

    webSocketClose(socket, code) {
      this.#listeners.left(socket, code);
    }

    webSocketError(socket) {
      this.#listeners.left(socket, 1011);
    }

    /** Returns what a session was created as, rows by table, or undefined. Of the registry only. */
    async origin(session) {
      await this.#program();
      return this.#store.origin(session);
    }

    /** Returns where the session is, or null where nothing was asked of it yet. Of a session's object only. */
    head() {
      return this.#store.head();
    }

    /** Says whether this is the object of a name; an object is not told its own. */
    #is(name) {
      return this.env[binding].idFromName(name).equals(this.ctx.id);
    }

    #registry() {
      const objects = this.env[binding];
      return objects.get(objects.idFromName(registry));
    }

    /** Says whether the session is here, having copied what it was created as where it was not. */
    async #find(session) {
      if (this.#known) return true;
      if (this.#store.has(session)) return (this.#known = true);
      const origin = await this.#registry().origin(session);
      if (origin === undefined) return false; // and a guess leaves nothing behind
      await this.#program(); // makes the tables
      this.#store.copy(session, origin);
      return (this.#known = true);
    }

    /** Returns what the Go program offers, having started it. Where that fails the next request tries again. */
    #program() {
      return (this.#open ??= this.#start().then(
        (binding) => {
          if (binding.failed) this.#open = undefined;
          return binding;
        },
        (thrown) => {
          this.#open = undefined;
          throw thrown;
        },
      ));
    }

    async #start() {
      const context = {
        env: this.env,
        ctx: this.ctx,
        binding: {},
        holdfast: {
          digest: MODULE_DIGEST,
          size: MODULE_BYTES,
          lend: lend(this),
          bundles: this.#is(registry) ? bundles.map(signed) : [],
          alarm: (at) => this.#remind(at).catch((thrown) => console.error(`holdfast: no alarm can be set: ${thrown}`)),
          ledger: this.#store,
        },
      };
      const { binding, ended } = await boot(program, context);
      // A Go program that ends has died: a request that waits for it must not wait for ever.
      const end = () => this.ctx.abort("the program of this object has ended; the log is what it was");
      ended.then(end, end);
      return binding;
    }
  }

  const worker = {
    async fetch(request, env) {
      try {
        return await route(request, env);
      } catch (thrown) {
        // The object was moved, ended or cannot write: whatever it had answered is kept, and this is not an answer.
        console.error(`holdfast: ${thrown}`);
        return unavailable();
      }
    },
  };

  async function route(request, env) {
    const { pathname } = new URL(request.url);
    // Go reads no such URL.
    if (/%(?![0-9A-Fa-f]{2})/.test(pathname)) return new Response("400 Bad Request", { status: 400 });
    if (
      pathname === `/v1/modules/${MODULE_DIGEST}` &&
      env[assets] !== undefined &&
      (request.method === "GET" || request.method === "HEAD")
    )
      return moduleFrom(env[assets], request);
    const objects = env[binding];
    const object = (name) => objects.get(objects.idFromName(name));
    const session = sessionOf(pathname);
    if (session !== undefined) return object(named(session)).fetch(request);
    const response = await object(registry).fetch(request);
    if (pathname !== "/v1/sessions" || request.method !== "GET" || response.status !== 200) return response;
    // The registry knows which sessions there are, and each of them where it is.
    const list = await response.json();
    await Promise.all(
      list.sessions.map(async (listed) => Object.assign(listed, await object(named(listed.session)).head())),
    );
    const headers = new Headers(response.headers);
    headers.delete("Content-Length");
    return new Response(JSON.stringify(list), { status: 200, headers });
  }

  return { worker, Holdfast, engine };
}

/**
 * Makes a worker of a program written in Go on github.com/syumai/workers, which runs anew for each request.
 * host.New finds the module in it: the copy that runs in this isolate, and not one of its own.
 */
export function goWorker({ module, program }) {
  const { lend } = shared(module);
  return {
    async fetch(request, env, ctx) {
      const owner = {}; // what the handles are opened for
      const context = {
        env,
        ctx,
        binding: {},
        holdfast: { digest: MODULE_DIGEST, size: MODULE_BYTES, lend: lend(owner) },
      };
      const { binding, ended } = await boot(program, context);
      const end = () => lend.end(owner);
      ctx.waitUntil(ended.then(end, end));
      return binding.handleRequest(request);
    },
  };
}

/**
 * Returns the engine of this isolate, started with the first request and not before, and what gives it to Go programs.
 */
function shared(module) {
  let running;
  const engine = () => (running ??= new Engine(module, { moduleDigest: MODULE_DIGEST }));
  const opened = new WeakMap(); // owner to what it has opened
  const close = (held) => {
    for (const { instance, handles } of held.splice(0))
      for (const handle of handles) if (!instance.dead) instance.run(Op.Close, handle);
  };
  // An object that is evicted says nothing; when it is collected, what it had opened is closed.
  const gone = new FinalizationRegistry(close);

  /** Returns what a Go program asks the module through: each call gives a link to the copy that runs now. */
  const lend = (owner) => {
    const held = [];
    opened.set(owner, held);
    gone.register(owner, held);
    return () => {
      const instance = engine().live();
      const handles = new Set();
      held.push({ instance, handles });
      const link = {
        failed: false,
        opened: 0,
        run(op, handle, input) {
          const output = instance.run(op, handle, input);
          link.failed = instance.failed;
          if (!link.failed && opens.has(op)) handles.add((link.opened = instance.opened));
          if (op === Op.Close) handles.delete(handle);
          return output;
        },
      };
      return link;
    };
  };
  lend.end = (owner) => close(opened.get(owner));
  return { engine, lend };
}

/** Starts a Go program. Returns what it offers once it is ready, and a promise that it has ended. */
async function boot(program, context) {
  const go = new Go();
  let ready;
  const started = new Promise((resolve) => (ready = resolve));
  const instance = new WebAssembly.Instance(program, { ...go.importObject, workers: { ready: () => ready("ready") } });
  // Whatever is thrown through the program leaves it in any state, as a trap does: it is over.
  const resume = go._resume;
  const ended = new Promise((resolve, reject) => {
    go._resume = () => {
      try {
        resume.call(go);
      } catch (thrown) {
        reject(thrown);
        throw thrown;
      }
    };
    go.run(instance, context).then(resolve, reject);
  });
  ended.catch(() => {}); // whether it has failed is asked elsewhere
  if ((await Promise.race([started, ended])) !== "ready") throw new Error("the program has ended before it was ready");
  return { binding: context.binding, ended };
}

/** Returns the text of a document, and that of its signature or "". */
function signed(bundle) {
  const [document, signature = ""] = Array.isArray(bundle) ? bundle : [bundle];
  return [typeof document === "string" ? document : JSON.stringify(document), signature];
}

/** Answers as the server does when its store fails. */
function unavailable() {
  const detail =
    "the store does not answer; whether this was recorded must be looked up: " +
    "repeat the request with the same Idempotency-Key or seq";
  return problem("ledger/unavailable", detail, { "Retry-After": "1" });
}

/** Returns the session whose object a path belongs to, or undefined: also where no session may have that id. */
export function sessionOf(pathname) {
  const part = /^\/v1\/sessions\/([^/]+)/.exec(pathname)?.[1];
  if (part === undefined) return undefined;
  let id;
  try {
    id = decodeURIComponent(part);
  } catch {
    return undefined;
  }
  return /^[0-9A-Za-z\-_~][0-9A-Za-z\-._~]{0,127}$/.test(id) ? id : undefined;
}

/** Answers with the module's bytes, from the static assets. */
async function moduleFrom(assets, request) {
  const found = await assets.fetch(
    new Request(new URL("/holdfast.wasm", request.url), { method: request.method, headers: request.headers }),
  );
  if (!found.ok && found.status !== 304) return found;
  const response = new Response(found.body, found);
  response.headers.set("Content-Type", "application/wasm");
  response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Holdfast-Digest", MODULE_DIGEST);
  return response;
}
