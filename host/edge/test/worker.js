// This file is the worker that the tests run: as in the example, with a clock that a request may set, and failures.

import { pending } from "./timers.js"; // first, so that all others set theirs by it
import { touched } from "./scope.js"; // and this one sees what the others do at global scope
import { clock } from "./clock.js";
import module from "./holdfast.wasm";
import program from "./program.wasm";
import checkout from "./checkout.json";
import { serve } from "./holdfast.js";

const { worker, Holdfast: Base, engine } = serve({ module, program, bundles: [checkout] });

const begun = {}; // how often an object of a name has begun, as it was brought back from hibernation

export class Holdfast extends Base {
  constructor(ctx, env) {
    super(ctx, env);
    begun[ctx.id] = (begun[ctx.id] ?? 0) + 1;
  }
}

const atStart = [...touched];

export default {
  fetch(request, env, ctx) {
    const now = request.headers.get("Test-Now");
    if (now !== null) clock.now = Number(now);
    if (new URL(request.url).pathname === "/test/scope") return Response.json(atStart);
    if (new URL(request.url).pathname === "/test/timers") return Response.json([...pending.values()]);
    if (new URL(request.url).pathname === "/test/begun")
      return Response.json(begun[env.HOLDFAST.idFromName(request.headers.get("Object"))] ?? 0);
    if (request.headers.has("Test-Trap")) trap(engine().live(), Number(request.headers.get("Test-Trap")));
    if (request.headers.has("Test-Crash")) clock.broken = true;
    return worker.fetch(request, env, ctx);
  },
};

/** Has the next call of an operation end as a stack that is at its end does. */
function trap(instance, op) {
  const { run } = instance;
  instance.run = (asked, handle, input) => {
    if (asked !== op) return run.call(instance, asked, handle, input);
    delete instance.run;
    return run.call(instance, asked, handle, {
      get byteLength() {
        throw new RangeError("Maximum call stack size exceeded");
      },
    });
  };
}
