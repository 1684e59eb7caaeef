// This file sends requests through the gate of @holdfast/web/edge in workerd, and looks at what the gate does at
// global scope.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { probe, read } from "./rig.mjs";

let worker;
before(async () => {
  worker = await probe();
});
after(() => worker?.stop());

const gate = (name, body, headers) => worker.ask("POST", `/gate/${name}`, body, headers);

test("nothing that the platform forbids, or that makes a start slow, happens at global scope", async () => {
  const { status, text } = await worker.ask("GET", "/scope");
  assert.deepEqual([status, JSON.parse(text)], [200, []]);
});

test("what would be committed goes on, with the decision in its headers", async () => {
  const answer = await gate("plain", { item: "mug", count: 2 }, { "X-Own": "stays" });
  assert.equal(answer.status, 200, answer.text);
  const { method, body, headers } = answer.json();
  assert.deepEqual([method, JSON.parse(body), headers["x-own"]], ["POST", { item: "mug", count: 2 }, "stays"]);
  assert.equal(headers["holdfast-verdict"], "commit");
  const decision = Buffer.from(headers["holdfast-decision"], "base64");
  assert.equal(headers["holdfast-digest"], "sha256:" + createHash("sha256").update(decision).digest("hex"));
  assert.deepEqual([JSON.parse(decision).verdict, JSON.parse(decision).args], ["commit", { count: 2, item: "mug" }]);
});

test("what would not is refused with a problem document that says why", async () => {
  const answer = await gate("plain", { item: "poster", count: 4 });
  assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
  const { code, status, detail, verdict, governing, violations } = answer.json();
  assert.deepEqual([answer.status, status, code, verdict], [403, 403, "gate/refused", "reject"]);
  assert.equal(violations[0].id, governing);
  assert.equal(violations[0].say, detail);
});

test("what proposes nothing goes on, and no client brings a decision of its own", async () => {
  const forged = { "Holdfast-Verdict": "commit", "Holdfast-Decision": "e30=", "Holdfast-Digest": "sha256:0" };
  const passed = await worker.ask("GET", "/gate/plain", undefined, forged);
  assert.deepEqual(
    [passed.status, Object.keys(passed.json().headers).filter((name) => name.startsWith("holdfast"))],
    [200, []],
  );
  const { headers } = (await gate("plain", { item: "mug", count: 1 }, forged)).json();
  assert.notEqual(headers["holdfast-decision"], "e30=");
});

test("verdicts can be left to the origin", async () => {
  const answer = await gate("forward", { item: "poster", count: 4 });
  assert.deepEqual([answer.status, answer.json().headers["holdfast-verdict"]], [200, "reject"]);
});

test("input that is no proposal is the client's fault, and never allowed", async () => {
  for (const [body, status, code] of [
    ["{", 400, "json/syntax"],
    ["", 400, "http/body"],
    ['{"item":"hat","count":1}', 422, "proposal/argument"],
    ['{"item":"mug","count":1.5}', 422, "proposal/argument"],
    ['{"item":"mug"}', 422, "proposal/argument"],
    ['{"item":"mug","count":1,"more":1}', 422, "proposal/argument"],
    ['{"item":"mug","count":1,"count":90}', 400, "json/duplicate-key"],
    ["[]", 422, "proposal/shape"],
    ["null", 422, "proposal/shape"],
    [`{"item":"${"x".repeat(70_000)}","count":1}`, 413, "limit/proposal"],
    [`{"item":"${"x".repeat(2 << 20)}","count":1}`, 413, "http/too-large"],
    ['{"item":"\\ud800","count":1}', 400, "json/lone-surrogate"],
  ]) {
    const answer = await gate("plain", body);
    assert.deepEqual([answer.status, answer.json().code], [status, code], body.slice(0, 80));
  }
});

test("a gate that cannot decide refuses, and tells the log and not the client why", async () => {
  for (const name of ["broken", "none"]) {
    const answer = await gate(name, { item: "mug", count: 1 });
    assert.equal(answer.status, 503, name);
    assert.equal(answer.json().detail, "it could not be decided whether this is admissible, so it is not");
  }
  assert.match(worker.log(), /no module/);
});

test("a gate looks at the session that a request is about", async () => {
  const none = await gate("session", { item: "mug", count: 1 }, { Session: "none" });
  assert.deepEqual([none.status, none.json().code], [404, "session/unknown"]);
  const bundle = read("testdata/golden/checkout/bundle.json");
  const add = (count) =>
    JSON.stringify({
      action: "add",
      actor: { kind: "shopper", id: "ann" },
      args: { item: "poster", count },
      at: 1767225600000,
      reasons: ["request"],
    });
  const snapshot = await worker.ask("POST", "/decide", { bundle, proposals: add(2) });
  await worker.ask("POST", "/snapshot", snapshot.text, { Session: "hers" });
  for (const [count, status] of [
    [1, 200],
    [2, 403],
    [1, 200],
  ])
    assert.equal((await gate("session", { item: "poster", count }, { Session: "hers" })).status, status);
  await worker.ask("POST", "/snapshot", snapshot.text.replace('"seq":1', '"seq":2,"x":1'), { Session: "hers" });
  const corrupt = await gate("session", { item: "poster", count: 1 }, { Session: "hers" });
  assert.deepEqual([corrupt.status, corrupt.json().code], [500, "session/corrupt"]);
  const older = bundle.replace('"version":"1.0.0"', '"version":"0.9.0"');
  await worker.ask(
    "POST",
    "/snapshot",
    (await worker.ask("POST", "/decide", { bundle: older, proposals: add(1) })).text,
    { Session: "hers" },
  );
  const stale = await gate("session", { item: "poster", count: 1 }, { Session: "hers" });
  assert.deepEqual([stale.status, stale.json().code], [409, "session/digest"]);
});

test("a gate decides again after a trap", async () => {
  assert.equal((await worker.ask("POST", "/trap")).status, 200);
  assert.equal((await gate("trapped", { item: "mug", count: 1 })).status, 503, "in the call that trapped");
  assert.equal((await gate("trapped", { item: "mug", count: 1 })).status, 200);
  assert.equal((await gate("trapped", { item: "poster", count: 4 })).status, 403);
});

test("a forgotten return lets nothing through", async () => {
  const answer = await gate("forgetful", { item: "mug", count: 1 });
  assert.deepEqual([answer.status, answer.json().code], [500, "gate/propose"]);
});

test("propose gets env and ctx, and what it throws may be the answer", async () => {
  assert.deepEqual((await gate("answers", {})).json(), ["undefined", "function"]);
});

test("every outcome is told to the hook", async () => {
  await gate("plain", { item: "mug", count: 1 });
  await gate("plain", { item: "poster", count: 9 });
  assert.deepEqual((await worker.ask("GET", "/told")).json().slice(-2), ["forwarded", "refused"]);
});

test("a body goes on as it was decided", async () => {
  const { body, headers } = (await gate("plain/cart", '{ "item": "m\\u0075g", "count": 2.0 }')).json();
  assert.deepEqual([body, headers["content-length"] ?? String(body.length)], ['{"count":2,"item":"mug"}', "24"]);
  const passed = (await worker.ask("POST", "/gate/plain/else?x=1&x=2", '{"a":1,"a":2}')).json();
  assert.deepEqual([passed.body, new URL(passed.url).search], ['{"a":1,"a":2}', "?x=1&x=2"]);
});

test("what the gate seals in a worker, the origin believes", async () => {
  const { checked, headers } = (
    await gate("sealed/CART/", { item: "mug", count: 1 }, { "Holdfast-Seal": "forged" })
  ).json();
  assert.deepEqual([checked, headers["holdfast-seal"].split(".").length], ["commit", 3]);
});

/** Sends bytes as they are, and returns what the answer's status is and says. */
const raw = (lines) =>
  new Promise((resolve, reject) => {
    const { port } = new URL(worker.url);
    let heard = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.end(lines.join("\r\n")));
    socket.on("data", (chunk) => (heard += chunk)).on("error", reject);
    socket.on("close", () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1]), text: heard }));
  });

test("what clients would not send: no spelling of a route gets through as another", async () => {
  const body = '{"item":"poster","count":9}';
  const post = (target, ...more) =>
    raw([
      `POST ${target} HTTP/1.1`,
      "Host: h",
      "Connection: close",
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
      ...more,
      "",
      body,
    ]);
  for (const target of [
    "/gate/plain//cart",
    "/gate/plain/x/../cart",
    "/gate/plain/./cart",
    "/gate/plain/x\\cart",
    "/gate/plain/cart;x",
    "/gate/plain/c%61rt",
    "/gate/plain/CART",
    "/gate/plain/cart/",
    "/gate/plain/cart%2f",
    "/gate/plain/cart%00",
    "/gate/plain/c%2561rt",
    "/gate/plain/cart.json",
  ]) {
    const { status, text } = await post(target);
    assert.ok(status >= 400 && status < 500, `${target}: ${text}`);
  }
  for (const header of [
    "Holdfast_Verdict",
    "holdfast.verdict",
    "HOLDFAST-VERDICT",
    "Holdfast_Seal",
    "Holdfast-Digest",
  ]) {
    const { status, text } = await post("/gate/plain/else", `${header}: forged`, `${header}: again`);
    assert.equal(status, 200, text);
    assert.ok(!/forged|again/.test(text), `${header}: ${text}`);
  }
  for (const header of [
    "X-HTTP-Method-Override: DELETE",
    "X_HTTP_METHOD_OVERRIDE: DELETE",
    "X-Original-URL: /gate/plain/cart",
  ])
    assert.equal((await post("/gate/plain/else", header)).status, 400, header);
});
