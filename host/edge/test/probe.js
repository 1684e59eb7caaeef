// This file is a worker that uses the SDK and the gate without objects: what it is asked for is in the path.

import { touched } from "./scope.js"; // first, so that it sees what the others do at global scope
import { edge, pass, verifyVerdict } from "../../../web/dist/edge.js";
import { Engine } from "../../../web/dist/module/engine.js";
import { Op } from "../../../web/dist/contract/abi.js";
import { Player, sessionId } from "../../../web/dist/module/player.js";
import module from "./holdfast.wasm";
import checkout from "./checkout.json";

const atStart = [...touched];

const shopper = { kind: "shopper", id: "ann" };
const routes = {
  "POST /gate/{name}": async (request) => ({ action: "add", actor: shopper, args: await request.json() }),
  "POST /gate/{name}/cart": async (request) => ({ action: "add", actor: shopper, args: await request.clone().json() }),
  "/gate/{name}/{rest...}": pass,
  "GET /gate/{name}": pass,
};
const sessions = new Map();
const secret = { id: "probe", secret: "a secret of thirty-two bytes, or more" };
const told = [];
let trapping; // an engine whose next call traps
const gates = {
  plain: edge({ module, bundle: checkout, routes, observe: ({ verdict }) => void told.push(verdict.outcome) }),
  session: edge({
    module,
    bundle: checkout,
    routes,
    session: (request) => sessions.get(request.headers.get("Session")),
  }),
  forward: edge({ module, bundle: checkout, routes, forward: ["reject"] }),
  broken: edge({ module, bundle: "{}", routes }),
  none: edge({
    module: () => {
      throw new Error("no module");
    },
    bundle: checkout,
    routes,
  }),
  trapped: edge({ module: () => trapping, bundle: checkout, routes }),
  forgetful: edge({ module, bundle: checkout, propose() {} }),
  answers: edge({
    module,
    bundle: checkout,
    propose: (request, env, ctx) => {
      throw Response.json([typeof env.GATE_NAME, typeof ctx.waitUntil]);
    },
  }),
  sealed: edge({ module, bundle: checkout, routes, seal: secret }),
  // For measuring: without the parsing of a body.
  hot: edge({
    module,
    bundle: checkout,
    propose: () => ({ action: "add", actor: shopper, args: { item: "mug", count: 2 } }),
  }),
};

/** Where requests go that the gate lets through: says what arrived. */
const origin = async (request) => {
  const checked = request.headers.has("Holdfast-Seal") ? await verifyVerdict(request, { keys: [secret] }) : undefined;
  return Response.json({
    method: request.method,
    url: request.url,
    body: await request.text(),
    headers: Object.fromEntries(request.headers),
    checked: checked?.verdict,
  });
};

const lines = (text) => text.split("\n").filter((line) => line !== "");

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    const gate = gates[/\/gate\/(\w+)/.exec(request.url)?.[1]]; // the URL as it came, which the gate is to see
    if (gate !== undefined) {
      const verdict = await gate(request, env, ctx);
      return verdict.response ?? origin(verdict.request);
    }
    if (pathname === "/told") return Response.json(told);
    if (pathname === "/many") {
      // as many checks as the body says, in one request
      for (let n = Number(await request.text()); n > 0; n--) {
        const { response } = await gates.hot(new Request(request.url, { method: "POST" }));
        if (response !== undefined) return response;
      }
      return new Response("checked");
    }
    if (pathname === "/pass") return Response.json({ body: await request.text() });
    const engine = new Engine(module);
    const decoder = new TextDecoder();
    try {
      switch (pathname) {
        case "/scope":
          return Response.json(atStart);
        case "/play": {
          // a bundle and proposals in, what they get out
          const { bundle, proposals } = await request.json();
          const bytes = (text) => Uint8Array.from(text, (byte) => byte.charCodeAt(0)); // some proposals are no UTF-8
          const player = new Player(engine, engine.bundle(bytes(bundle)).open(sessionId));
          return new Response(
            lines(proposals)
              .map((line) => player.answer(bytes(line)))
              .filter((answer) => answer !== undefined)
              .map((answer) => decoder.decode(answer) + "\n")
              .join(""),
          );
        }
        case "/replay": {
          // a bundle and a log in, an error out where the bytes differ
          const { bundle, session, log } = await request.json();
          const again = engine.bundle(bundle).open(session);
          for (const line of lines(log)) again.replay(line);
          return Response.json({ seq: again.view().seq });
        }
        case "/decide": {
          // a bundle and proposals in, a snapshot out
          const { bundle, proposals } = await request.json();
          const session = engine.bundle(bundle).open("decided");
          for (const line of lines(proposals)) session.decide(line);
          return new Response(session.snapshot());
        }
        case "/trap": {
          trapping = new Engine(module, { log() {} });
          const instance = trapping.live();
          const { run } = instance;
          let armed = true;
          instance.run = (op, ...rest) => {
            if (op !== Op.Why || !armed) return run.call(instance, op, ...rest);
            armed = false;
            return run.call(instance, op, rest[0], {
              get byteLength() {
                throw new RangeError("as a stack that ends");
              },
            });
          };
          return new Response("armed");
        }
        case "/snapshot": {
          // keeps a snapshot for the gate
          sessions.set(request.headers.get("Session"), await request.text());
          return new Response("kept");
        }
      }
    } catch (thrown) {
      return Response.json({ code: thrown.code, message: thrown.message }, { status: 500 });
    } finally {
      engine.close();
    }
    return new Response("nothing here", { status: 404 });
  },
};
