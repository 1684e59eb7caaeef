// This file sends requests through the gate of @holdfast/web/edge in workerd, and looks at what it does at global scope.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
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
  assert.deepEqual([passed.status, Object.keys(passed.json().headers).filter((name) => name.startsWith("holdfast"))], [200, []]);
  const { headers } = (await gate("plain", { item: "mug", count: 1 }, forged)).json();
  assert.notEqual(headers["holdfast-decision"], "e30=");
});

test("verdicts can be left to the origin", async () => {
  const answer = await gate("forward", { item: "poster", count: 4 });
  assert.deepEqual([answer.status, answer.json().headers["holdfast-verdict"]], [200, "reject"]);
});

test("input that is no proposal is the client's fault, and never allowed", async () => {
  for (const [body, status, code] of [
    ["{", 400, "http/body"],
    ["", 400, "http/body"],
    ['{"item":"hat","count":1}', 422, "proposal/argument"],
    ['{"item":"mug","count":1.5}', 422, "proposal/argument"],
    ['{"item":"mug"}', 422, "proposal/argument"],
    ['{"item":"mug","count":1,"more":1}', 422, "proposal/argument"],
    ["[]", 422, "proposal/shape"],
    ["null", 422, "proposal/shape"],
    [`{"item":"${"x".repeat(70_000)}","count":1}`, 413, "limit/proposal"],
    [`{"item":"${"x".repeat(9 << 20)}","count":1}`, 413, "limit/json-size"],
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
  assert.deepEqual((await gate("session", { item: "mug", count: 1 }, { Session: "none" })).json().code, "gate/session");
  const bundle = read("testdata/golden/checkout/bundle.json");
  const add = (count) => JSON.stringify({ action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: "poster", count }, at: 1767225600000, reasons: ["request"] });
  const snapshot = await worker.ask("POST", "/decide", { bundle, proposals: add(2) });
  await worker.ask("POST", "/snapshot", snapshot.text, { Session: "hers" });
  for (const [count, status] of [[1, 200], [2, 403], [1, 200]]) assert.equal((await gate("session", { item: "poster", count }, { Session: "hers" })).status, status);
  await worker.ask("POST", "/snapshot", snapshot.text.replace('"seq":1', '"seq":2,"x":1'), { Session: "hers" });
  assert.equal((await gate("session", { item: "poster", count: 1 }, { Session: "hers" })).status, 503, "a snapshot that is none");
});

test("a gate decides again after a trap", async () => {
  assert.equal((await worker.ask("POST", "/trap")).status, 200);
  assert.equal((await gate("trapped", { item: "mug", count: 1 })).status, 503, "in the call that trapped");
  assert.equal((await gate("trapped", { item: "mug", count: 1 })).status, 200);
  assert.equal((await gate("trapped", { item: "poster", count: 4 })).status, 403);
});
