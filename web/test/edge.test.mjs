// This file tests the gate of a worker on the cases of testdata/gate, which the Go side reads too, and on what its
// owner's functions return and throw. host/edge/test sends requests through it in workerd.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldfastError, edge, pass } from "../dist/edge.js";
import { Routes } from "../dist/edge/routes.js";
import { readFields, readTarget, writeFields } from "../dist/edge/target.js";
import {
  add,
  cases,
  checkout,
  codeOf,
  engine,
  gateOf,
  module,
  mug,
  post,
  quiet,
  read,
  shop,
  shopper,
  spektre,
} from "./support/edge.mjs";

test("every path has one reading, or is refused", () => {
  for (const { name, path, normal, code } of cases("paths")) {
    if (code !== undefined) assert.throws(() => readTarget(path), { name: "HoldfastError", code }, name);
    else assert.equal(readTarget(path).path, normal, name);
    if (path.startsWith("/") && code === undefined) {
      assert.equal(readTarget(shop + path + "?x=//..;").path, normal, name);
      assert.equal(readTarget(normal).path, normal, `${name}: the normal form is its own`);
    }
  }
});

test("a route is found in every spelling that an origin may read as it", () => {
  const { routes, cases: all } = cases("routes");
  const table = new Routes(routes);
  for (const { name, method, path, pattern, params, spelled, code } of all) {
    if (code !== undefined) {
      assert.throws(() => table.find(method, readTarget(path)), { code }, name);
      continue;
    }
    const found = table.find(method, readTarget(path));
    assert.deepEqual(
      [found.pattern, { ...found.params }, found.value, found.path],
      [pattern, params, routes[pattern], spelled],
      name,
    );
  }
});

test("a pattern that cannot be read, or is there twice, is an error at once", () => {
  for (const pattern of [
    "cart",
    "post /cart",
    "POST cart",
    "POST  /cart",
    "POST /cart/{",
    "POST /cart/{a}b",
    "POST /{a}/{a}",
    "POST /{a...}/b",
    "POST /{a...}/",
    "POST /a//b",
    "POST /a/../b",
    "POST /a;b",
    "",
  ])
    assert.throws(
      () => new Routes({ [pattern]: pass }),
      (thrown) => ["gate/pattern", "gate/path"].includes(thrown.code),
      pattern,
    );
  for (const other of ["POST /CART", "POST /cart/", "POST /c%61rt"])
    assert.throws(() => new Routes({ "POST /cart": 1, [other]: 2 }), { code: "gate/pattern" }, other);
  assert.throws(() => new Routes({ "POST /{a}": 1, "POST /{b}": 2 }), { code: "gate/pattern" });
});

test("a query or a form says each thing once, or is refused", () => {
  for (const { name, raw, fields, written, refused } of cases("fields"))
    for (const code of ["gate/query", "gate/form"]) {
      if (refused !== undefined)
        assert.throws(() => readFields(raw, code), { code: refused === "override" ? "gate/override" : code }, name);
      else {
        assert.deepEqual(readFields(raw, code), fields, name);
        assert.equal(writeFields(fields), written, name);
        assert.deepEqual(readFields(written, code), fields, name);
      }
    }
});

test("a header that may be taken for the gate's own is taken off, and one that names a method refused", async () => {
  const gate = gateOf({ routes: { "/{rest...}": pass, "POST /cart": add } });
  for (const { header, becomes } of cases("headers"))
    for (const path of ["/cart", "/else"]) {
      const { request, code } = await gate(post(path, mug, { [header]: "forged" }));
      const said = `${header}, ${path}`;
      if (becomes === "refused") assert.equal(code, "gate/override", said);
      else if (becomes === "kept") assert.equal(request.headers.get(header), "forged", said);
      else assert.ok(![...request.headers].some(([, value]) => value === "forged"), said);
    }
});

test("what Connection names is not the gate's own header, which the next hop would take off", async () => {
  const gate = gateOf({ routes: { "POST /cart": add } });
  const asked = post("/cart", mug);
  const headers = new Headers({ "Content-Type": "application/json", Connection: "close, Holdfast_Verdict" });
  const request = new Proxy(asked, {
    get: (target, name) => (name === "headers" ? headers : Reflect.get(target, name, target)),
  });
  assert.equal((await gate(request)).request.headers.get("Connection"), "close");
});

test("deny by default: nothing but pass, a proposal or a Response gets anywhere", async () => {
  for (const returned of [
    undefined,
    null,
    false,
    true,
    0,
    1,
    NaN,
    Symbol("pass"),
    Symbol.for("pass"),
    () => pass,
    [],
    [pass],
  ]) {
    for (const options of [
      { routes: { "POST /cart": () => returned } },
      { propose: () => returned },
      { propose: async () => returned },
    ])
      assert.deepEqual(
        await codeOf(gateOf(options), post("/cart", mug)),
        ["failed", 500, "gate/propose"],
        typeof returned,
      );
  }
  assert.equal((await codeOf(gateOf({ propose: () => "pass" }), post("/cart", mug)))[0], "failed");
  assert.equal((await codeOf(gateOf({ propose: () => ({}) }), post("/cart", mug)))[0], "failed");
});

test("the documented gate lets no spelling of its route through undecided", async () => {
  const gate = gateOf({ routes: { "POST /cart": add, "GET /{rest...}": pass } });
  const poster = { item: "poster", count: 9 };
  for (const path of [
    "/cart",
    "/CART",
    "/cart/",
    "//cart",
    "/c%61rt",
    "/cart;a",
    "/cart%2F",
    "/./cart",
    "/cart%00",
    "/x/..%2Fcart",
    "/cart.json",
    "/%63art",
    "/cart%20",
    "/cart.",
    "/c%2561rt",
  ]) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const verdict = await gate(
        new Request(shop + path, {
          method,
          body: JSON.stringify(poster),
          headers: { "Content-Type": "application/json" },
        }),
      );
      assert.equal(verdict.request, undefined, `${method} ${path}`);
    }
  }
  const { request } = await gate(post("/CART/", mug));
  assert.equal(request.url, `${shop}/cart`, "it goes on as the route spells it");
});

test("a method is written in capitals", async () => {
  const gate = gateOf({ routes: { "/{rest...}": pass, "PATCH /cart": add } });
  assert.deepEqual(await codeOf(gate, new Request(`${shop}/cart`, { method: "patch" })), [
    "failed",
    400,
    "gate/override",
  ]);
});

test("options that cannot be right are an error at once", () => {
  const routes = { "GET /": pass };
  for (const options of [
    { module, routes },
    { module, bundle: checkout, bundles: [checkout], routes },
    { module, bundle: checkout },
    { module, bundle: checkout, routes, propose() {} },
    { module, bundle: checkout, routes: { "GET /": undefined } },
    { module, bundle: checkout, routes: { "GET /": "pass" } },
  ])
    assert.throws(() => edge(options), TypeError);
});

test("propose is told env, ctx and the route, and may answer by itself", async () => {
  const ctx = { waitUntil() {} };
  const gate = gateOf({
    routes: {
      "POST /carts/{id}/{rest...}": (request, env, context, { pattern, params, query }) => {
        assert.equal(context, ctx);
        return Response.json([env.NAME, pattern, { ...params }, { ...query }, new URL(request.url).pathname], {
          headers: { "X-Answer": "yes" },
        });
      },
      "POST /login": () => {
        throw Response.redirect(`${shop}/login`, 303);
      },
      "POST /twice": (request, env, ctx, { query }) => query.a,
    },
  });
  const { outcome, response } = await gate(post("/CARTS/7%41/x/y/?a=1&b=x+y", mug), { NAME: "env" }, ctx);
  assert.deepEqual(
    [outcome, await response.json()],
    [
      "answered",
      ["env", "POST /carts/{id}/{rest...}", { id: "7A", rest: "x/y" }, { a: "1", b: "x y" }, "/carts/7A/x/y/"],
    ],
  );
  const thrown = await gate(post("/login", mug), {}, ctx);
  assert.deepEqual([thrown.outcome, thrown.response.status], ["answered", 303]);
  assert.deepEqual(await codeOf(gate, post("/twice?a=1&A=2", mug)), ["failed", 400, "gate/query"]);
});

test("a query that may be read in two ways is refused beside a proposal, and goes on in one form", async () => {
  const gate = gateOf({ routes: { "POST /cart": add } });
  assert.deepEqual(await codeOf(gate, post("/cart?count=1&count=9", mug)), ["failed", 400, "gate/query"]);
  assert.equal((await gate(post("/cart?b=x+y&a=1;2", mug))).request.url, `${shop}/cart?b=x%20y&a=1%3B2`);
});

test("an error of another copy of the SDK is known by what it is", async () => {
  const other = await import("../dist/documents/errors.js?another");
  assert.notEqual(other.HoldfastError, HoldfastError);
  const error = new other.HoldfastError("proposal/argument", "no", { path: "args.x" });
  assert.ok(error instanceof HoldfastError);
  assert.ok(
    !(new Error("x") instanceof HoldfastError) &&
      !(null instanceof HoldfastError) &&
      !({ code: "x/y" } instanceof HoldfastError),
  );
  const strange = {
    complete: () => {
      throw error;
    },
    bundle: () => ({ digest: "", open: () => ({ why() {} }) }),
    canon: (bytes) => bytes,
  };
  const gate = edge({ module: () => strange, bundle: checkout, routes: { "POST /cart": add }, ...quiet });
  assert.deepEqual(await codeOf(gate, post("/cart", mug)), ["failed", 422, "proposal/argument"]);
});

test("a session: missing, of another bundle, corrupt, and from a server", async () => {
  const session = engine.bundle(checkout).open("hers");
  session.decide({
    action: "add",
    actor: shopper,
    args: { item: "poster", count: 2 },
    at: 4102444800000,
    reasons: ["request"],
  }); // its clock is ahead
  const snapshot = session.snapshot();
  const text = new TextDecoder().decode(snapshot);
  const older = engine
    .bundle({ ...checkout, version: "0.9.0" })
    .open("hers")
    .snapshot();
  const poster = post("/cart", { item: "poster", count: 2 });
  for (const [name, given, wanted] of [
    ["as bytes", snapshot, ["refused", 403, "gate/refused"]],
    ["as text", text, ["refused", 403, "gate/refused"]],
    ["as an object", JSON.parse(text), ["refused", 403, "gate/refused"]],
    ["as the server answers", new Response(text), ["refused", 403, "gate/refused"]],
    ["undefined", undefined, ["failed", 404, "session/unknown"]],
    ["null, as a store says", null, ["failed", 404, "session/unknown"]],
    ["404, as the server says", new Response("", { status: 404 }), ["failed", 404, "session/unknown"]],
    ["500, as the server says", new Response("", { status: 500 }), ["failed", 503, "gate/failed"]],
    ["of an older bundle", older, ["failed", 409, "session/digest"]],
    ["cut off", text.slice(0, -9), ["failed", 500, "session/corrupt"]],
    ["empty", "", ["failed", 500, "session/corrupt"]],
    ["null as text", "null", ["failed", 500, "session/corrupt"]],
    ["not UTF-8", Uint8Array.of(0xff), ["failed", 500, "session/corrupt"]],
    ["with another member", text.replace('"seq":1', '"seq":1,"x":1'), ["failed", 500, "session/corrupt"]],
    ["with a name twice", text.replace('"seq":1', '"seq":1,"seq":1'), ["failed", 500, "session/corrupt"]],
    ["with another state", text.replace('"poster":2', '"poster":"x"'), ["failed", 500, "session/corrupt"]],
  ])
    assert.deepEqual(
      await codeOf(gateOf({ routes: { "POST /cart": add }, session: () => given }), poster.clone()),
      wanted,
      name,
    );
  for (const thrown of [new Error("down"), new SyntaxError("its own"), new HoldfastError("json/syntax", "its own")])
    assert.deepEqual(
      await codeOf(
        gateOf({
          routes: { "POST /cart": add },
          session: () => {
            throw thrown;
          },
        }),
        poster.clone(),
      ),
      ["failed", 503, "gate/failed"],
    );
});

test("what propose throws is not the client's fault, unless it says so", async () => {
  for (const [thrown, wanted] of [
    [new Error("the login is down"), ["failed", 503, "gate/failed"]],
    [new SyntaxError("a file of the gate's"), ["failed", 503, "gate/failed"]],
    ["text", ["failed", 503, "gate/failed"]],
    [undefined, ["failed", 503, "gate/failed"]],
    [new HoldfastError("proposal/shape", "send an item"), ["failed", 422, "proposal/shape"]],
  ]) {
    const gate = gateOf({
      routes: {
        "POST /cart": () => {
          throw thrown;
        },
      },
    });
    assert.deepEqual(await codeOf(gate, post("/cart", mug)), wanted, String(thrown));
  }
  const { response } = await gateOf({
    routes: {
      "POST /cart": () => {
        throw new Error("secret");
      },
    },
  })(post("/cart", mug));
  assert.ok(!(await response.text()).includes("secret"));
});

test("several bundles: what is asked for decides, and a session's own", async () => {
  const newer = { ...checkout, version: "2.0.0" };
  const which = (request) => request.headers.get("Which") ?? undefined;
  const options = {
    bundle: undefined,
    bundles: [checkout, newer, JSON.stringify(spektre)],
    routes: { "POST /cart": add },
  };
  const gate = gateOf({ ...options, which });
  const by = async (name) => {
    const verdict = await gate(post("/cart", mug, name === undefined ? {} : { Which: name }));
    return verdict.decision?.document.bundle ?? verdict.code;
  };
  assert.deepEqual(
    [await by("checkout@1.0.0"), await by("checkout@2.0.0"), await by(engine.bundle(newer).digest)],
    ["checkout@1.0.0", "checkout@2.0.0", "checkout@2.0.0"],
  );
  for (const name of ["checkout", "checkout@3.0.0", `sha256:${"0".repeat(64)}`, "", undefined])
    assert.equal(await by(name), "bundle/unknown", String(name));
  const snapshot = engine.bundle(newer).open("s").snapshot();
  assert.equal(
    (await gateOf({ ...options, session: () => snapshot })(post("/cart", mug))).decision.document.bundle,
    "checkout@2.0.0",
  );
});

test("a catalog: a cursor decides which bundle, and names none or several by a stall", async () => {
  const { catalogOf, enter } = await import("./support/gate.mjs");
  const catalog = catalogOf(engine);
  const gate = edge({
    module: () => engine,
    bundles: [catalog],
    ...quiet,
    which: (request) => ({ cursor: JSON.parse(request.headers.get("Cursor")) }),
    routes: { "POST /enter": () => enter("task", 0, 7) },
  });
  const at = async (cursor) => {
    const verdict = await gate(post("/enter", "{}", { Cursor: JSON.stringify(cursor) }));
    return [verdict.outcome, verdict.response?.status, verdict.code];
  };
  const [cursor] = engine.catalog(catalog).info.cursors;
  assert.deepEqual(await at(cursor), ["refused", 403, "gate/refused"]);
  assert.deepEqual(await at({ class: 9, room: "z" }), ["failed", 409, "catalog/stall"]);
  assert.deepEqual(await at([]), ["failed", 422, "catalog/cursor"]);
  const point = engine.catalog(catalog).resolve(cursor).bundle;
  const own = edge({
    module: () => engine,
    bundles: [catalog],
    ...quiet,
    session: () => point.open("s").snapshot(),
    routes: { "POST /enter": () => enter("task", 0, 3) },
  });
  assert.equal((await own(post("/enter", "{}"))).decision?.document.digest, point.digest);
});

test("signed bundles: what no trusted key has signed decides nothing", async () => {
  const signed = JSON.parse(read("signature/signed.json"));
  const routes = { "POST /x": () => ({ action: "none", actor: { kind: "nobody" }, args: {} }) };
  const gate = (bundle, keys) => edge({ module: () => engine, bundle, keys, routes, ...quiet });
  const { document, note, keys } = signed;
  assert.equal((await codeOf(gate([document, note], keys), post("/x", "{}")))[2], "proposal/agent");
  assert.equal(
    (
      await codeOf(
        gate([document, note], (env) => env.KEYS),
        post("/x", "{}"),
        { KEYS: keys },
      )
    )[2],
    "proposal/agent",
  );
  assert.deepEqual(await codeOf(gate(document, keys), post("/x", "{}")), ["failed", 503, "gate/failed"]);
  assert.deepEqual(await codeOf(gate([checkout, note], keys), post("/x", "{}")), ["failed", 503, "gate/failed"]);
  assert.deepEqual(await codeOf(gate([document, note], []), post("/x", "{}")), ["failed", 503, "gate/failed"]);
});

test("a gate's own faults are not told to clients: a bundle that is none, no module", async () => {
  for (const options of [
    { bundle: "{" },
    { bundle: "{}" },
    { bundle: '{"a":1,"a":2}' },
    {
      module: () => {
        throw new Error("no module");
      },
    },
    { module: new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) },
  ]) {
    const { outcome, response } = await gateOf({
      routes: { "POST /cart": () => ({ action: "add", actor: shopper, args: mug }) },
      ...options,
    })(new Request(`${shop}/cart`, { method: "POST" }));
    assert.deepEqual([outcome, response.status], ["failed", 503], JSON.stringify(options));
    assert.equal((await response.json()).detail, "it could not be decided whether this is admissible, so it is not");
  }
});

test("every outcome is told to the gate's owner, who changes nothing by throwing", async () => {
  const told = [];
  const waited = [];
  const observe = ({ pattern, verdict, error, request }) => {
    told.push([pattern, verdict.outcome, verdict.code, error?.code, new URL(request.url).pathname]);
    throw new Error("the log is full");
  };
  const routes = { "POST /cart": add, "POST /pass": pass, "POST /answer": () => new Response() };
  const log = console.error;
  console.error = () => {};
  try {
    const gate = gateOf({ routes, observe });
    for (const [path, body] of [
      ["/CART", mug],
      ["/cart", { item: "poster", count: 9 }],
      ["/pass", mug],
      ["/answer", mug],
      ["/none", mug],
      ["/cart", "{"],
    ])
      await gate(post(path, body));
    await gateOf({
      routes,
      observe: async () => {
        throw new Error("later");
      },
    })(post("/cart", mug), {}, { waitUntil: (promise) => waited.push(promise) });
    await Promise.all(waited);
  } finally {
    console.error = log;
  }
  assert.equal(waited.length, 1);
  assert.deepEqual(told, [
    ["POST /cart", "forwarded", undefined, undefined, "/CART"],
    ["POST /cart", "refused", "gate/refused", undefined, "/cart"],
    ["POST /pass", "passed", undefined, undefined, "/pass"],
    ["POST /answer", "answered", undefined, undefined, "/answer"],
    ["", "failed", "gate/route", "gate/route", "/none"],
    ["POST /cart", "failed", told.at(-1)[2], told.at(-1)[3], "/cart"],
  ]);
});

// What a route of problems.json may do, by its name there.
const addAs = (more) => async (request) => ({ ...(await addFrom(request)), ...more });
const throwing = (thrown) => () => {
  throw thrown;
};
const addFrom = async (request) => {
  if (request.headers.get("Content-Type") !== "application/x-www-form-urlencoded") return add(request);
  return { action: "add", actor: shopper, args: { item: (await request.formData()).get("item"), count: 2 } };
};
const proposers = {
  body: addFrom,
  "unknown action": addAs({ action: "subtract" }),
  "unknown agent": addAs({ actor: { kind: "robot", id: "ann" } }),
  nothing: () => undefined,
  throws: throwing(new Error("the login is down")),
  says: throwing(new HoldfastError("proposal/shape", "send an item", { path: "args.item" })),
  engine: throwing(new HoldfastError("engine/trap", "the module trapped")),
  other: throwing(new HoldfastError("bundle/reference", "another document")),
};

const long = (size) => `{"count":2,"item":"${"x".repeat(size)}"}`;

test("a request that does not go on is answered as the Go package answers it, byte for byte", async () => {
  const { snapshots, cases: all } = cases("problems");
  assert.ok(all.length >= 45);
  for (const { name, propose, session, limit, inexact, method, target, headers, body, base64, bodyOf, answer } of all) {
    const options = { routes: { "POST /cart": proposers[propose] } };
    if (limit !== undefined) options.limit = limit;
    if (session !== undefined)
      options.session = () => {
        if (session === "fails") throw new Error("the store is down");
        return snapshots[session];
      };
    const sent = base64 !== undefined ? Buffer.from(base64, "base64") : Buffer.from(body ?? long(bodyOf));
    // Request would bring a path with dots into its normal form; a worker gets the one that was sent.
    const asked = new Request(shop + "/cart", { method, headers, body: sent });
    Object.defineProperty(asked, "url", { value: shop + target });
    const { request, response } = await gateOf(options)(asked);
    assert.equal(request, undefined, name);
    const text = await response.text();
    const got = { status: response.status, code: JSON.parse(text).code, headers: {}, ...(!inexact && { body: text }) };
    for (const [header, value] of response.headers) got.headers[header] = value;
    const wanted = { ...answer, headers: {} };
    for (const [header, value] of Object.entries(answer.headers)) wanted.headers[header.toLowerCase()] = value;
    assert.deepEqual(got, wanted, name);
  }
});
