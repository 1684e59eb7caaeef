// This file is a worker's main module, compiled as one: classes and handlers are all it exports.

import { edge, pass } from "../../../../web/dist/edge.js";
import { serve } from "../../../../dist/edge/holdfast.js";
import module from "./holdfast.wasm";
import program from "./program.wasm";

const holdfast = serve<Env>({ module, program, bundles: [{}, "{}", [{}, "a signature"]] });
export class Holdfast extends holdfast.Holdfast {}

const gate = edge({
  module: holdfast.engine,
  bundle: {},
  seal: (env: Env) => ({ id: "2026-11", secret: env.SEAL }),
  session: (request, env) => env.HOLDFAST.getByName("session s").fetch(request),
  observe: ({ pattern, verdict }) => console.log(pattern, verdict.outcome, verdict.code),
  routes: {
    "POST /cart/{item}": async (request, env, ctx, { params, query }) => {
      ctx.waitUntil(env.ASSETS.fetch("http://log/"));
      if (query["login"] === undefined) throw Response.redirect("https://shop.example/login");
      return { action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: params["item"] } };
    },
    "GET /login": () => new Response("log in"),
    "GET /{rest...}": pass,
  },
});

const worker: ExportedHandler<Env> = {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname.startsWith("/v1/")) return holdfast.worker.fetch(request, env, ctx);
    const verdict = await gate(request, env, ctx);
    return verdict.response ?? fetch(verdict.request);
  },
};
export default worker;
