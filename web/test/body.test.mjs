// This file tests what a worker's gate makes of a body: it goes on as it was decided, as it came, or not at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pass } from "../dist/edge.js";
import { Parts } from "../dist/edge/multipart.js";
import { add, cases, codeOf, gateOf, mug, post, shop, shopper } from "./support/edge.mjs";

test("a body goes on as it was decided, or is refused", async () => {
  const seen = [];
  const propose = async (request) => {
    const form = request.headers.get("Content-Type").includes("form");
    const args = form ? Object.fromEntries(await request.formData()) : await request.json();
    seen.push(args);
    return { action: "add", actor: shopper, args: form ? { ...args, count: Number(args.count) } : args };
  };
  const gate = gateOf({ routes: { "POST /cart": propose }, limit: 4096 });
  for (const { name, type, coding, body, base64, sent, sentType, status, code } of cases("bodies")) {
    const bytes =
      base64 === undefined ? new TextEncoder().encode(body) : Uint8Array.from(Buffer.from(base64, "base64"));
    const headers = { "Content-Type": type, ...(coding === undefined ? {} : { "Content-Encoding": coding }) };
    const verdict = await gate(new Request(`${shop}/cart`, { method: "POST", body: bytes, headers }));
    if (code !== undefined) {
      assert.equal(verdict.outcome, "failed", name);
      assert.equal(verdict.response.status, status, `${name}: ${verdict.code}`);
      assert.ok(verdict.code === code || verdict.code.startsWith(`${code}/`), `${name}: ${verdict.code}`);
      continue;
    }
    assert.equal(verdict.outcome, "forwarded", `${name}: ${verdict.code} ${await verdict.response?.text()}`);
    assert.equal(await verdict.request.clone().text(), sent, name);
    assert.equal(verdict.request.headers.get("Content-Type"), sentType, name);
    assert.equal(verdict.request.headers.get("Content-Encoding"), null, name);
    assert.deepEqual(
      sent.startsWith("{") ? JSON.parse(sent) : Object.fromEntries(new URLSearchParams(sent)),
      seen.at(-1),
      name,
    );
  }
});

test("a body that propose has not read goes on as it can be read, or not at all", async () => {
  const gate = gateOf({ routes: { "POST /cart": () => ({ action: "add", actor: shopper, args: mug }) } });
  assert.equal(await (await gate(post("/cart", '{ "b": 1, "a": 2 }'))).request.text(), '{"a":2,"b":1}');
  assert.deepEqual(await codeOf(gate, post("/cart", '{"a":1,"a":2}')), ["failed", 400, "json/duplicate-key"]);
  assert.deepEqual(await codeOf(gate, post("/cart", "x", { "Content-Type": "image/png" })), [
    "failed",
    415,
    "http/content-type",
  ]);
  const raw = gateOf({
    routes: { "POST /cart": () => ({ action: "add", actor: shopper, args: mug }) },
    raw: ["image/png"],
    limit: 10,
  });
  assert.equal(await (await raw(post("/cart", "{x", { "Content-Type": "image/png" }))).request.text(), "{x");
  assert.deepEqual(await codeOf(raw, post("/cart", "x".repeat(11), { "Content-Type": "image/png" })), [
    "failed",
    413,
    "http/too-large",
  ]);
});

test("a propose that catches what its body was refused for gets nothing through", async () => {
  for (const proposed of [{ action: "add", actor: shopper, args: mug }, pass]) {
    const gate = gateOf({
      routes: { "POST /cart": async (request) => (await request.json().catch(() => {}), proposed) },
    });
    assert.deepEqual(await codeOf(gate, post("/cart", '{"a":1,"a":2}')), ["failed", 400, "json/duplicate-key"]);
  }
});

test("what passes keeps its body as it came, and its query", async () => {
  const gate = gateOf({ routes: { "POST /{rest...}": pass } });
  const { outcome, request } = await gate(post("/Blog/?a=1&a=2;b", '{"a":1,"a":2}'));
  assert.deepEqual(
    [outcome, request.url, await request.text()],
    ["passed", `${shop}/Blog/?a=1&a=2;b`, '{"a":1,"a":2}'],
  );
});

test("what passes names no other method, in a query or in a form", async () => {
  const gate = gateOf({ routes: { "POST /{rest...}": pass, "DELETE /cart": add } });
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  assert.deepEqual(await codeOf(gate, post("/cart/x?_method=DELETE", mug)), ["failed", 400, "gate/override"]);
  assert.deepEqual(await codeOf(gate, post("/x?a;_METHOD=DELETE", mug)), ["failed", 400, "gate/override"]);
  assert.deepEqual(await codeOf(gate, post("/x", "a=1&_method=delete", form)), ["failed", 400, "gate/override"]);
  assert.equal((await gate(post("/x", "a=1&b=2", form))).outcome, "passed");
});

const types = ["multipart/form-data", "multipart/mixed"];

test("a body that passes names no other method", async () => {
  const gate = gateOf({ routes: { "POST /{rest...}": pass, "DELETE /cart": add } });
  const raw = gateOf({ routes: { "POST /cart": () => ({ action: "add", actor: shopper, args: mug }) }, raw: types });
  for (const { name, type, coding, body, sent = body, status, code } of cases("passed")) {
    const bytes = Buffer.from(body, "latin1");
    const headers = { "Content-Type": type, ...(coding === undefined ? {} : { "Content-Encoding": coding }) };
    const asked = (path) => new Request(shop + path, { method: "POST", body: bytes, headers });
    if (code === undefined) {
      const { outcome, request } = await gate(asked("/x"));
      assert.equal(outcome, "passed", name);
      assert.equal(Buffer.from(await request.arrayBuffer()).toString("latin1"), sent, name);
      assert.equal(request.headers.get("Content-Type"), type, name);
    } else assert.deepEqual(await codeOf(gate, asked("/x")), ["failed", status, code], name);
    if (!types.includes(type.split(";")[0].toLowerCase())) continue;
    const want = code === undefined ? ["forwarded", undefined, undefined] : ["failed", status, code];
    assert.deepEqual(await codeOf(raw, asked("/cart")), want, name);
    if (code?.startsWith("http/")) continue;
    for (const size of [1, 7, 50]) {
      const parts = new Parts();
      const look = () => {
        for (let at = 0; at < bytes.length; at += size) parts.look(bytes.subarray(at, at + size));
        parts.look(undefined);
      };
      if (code === undefined) look();
      else assert.throws(look, { code }, `${name}, in pieces of ${size}`);
    }
  }
});

test("a multipart body over the limit goes on as it comes, and breaks off where it names another method", async () => {
  const gate = gateOf({ routes: { "POST /{rest...}": pass }, limit: 1000 });
  const headers = { "Content-Type": "multipart/form-data; boundary=b" };
  const part = (name, size) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${"x".repeat(size)}\r\n`;
  const send = (parts) => {
    const pieces = parts.map((text) => new TextEncoder().encode(text));
    const body = new ReadableStream({
      pull: (controller) => (pieces.length === 0 ? controller.close() : controller.enqueue(pieces.shift())),
    });
    return gate(new Request(`${shop}/cart`, { method: "POST", body, headers, duplex: "half" }));
  };
  const large = [part("file", 900), part("file", 900), "--b--\r\n"];
  assert.equal(await (await send(large)).request.text(), large.join(""));
  const { outcome, request } = await send([part("file", 900), part("file", 900), part("_method", 6), "--b--\r\n"]);
  assert.equal(outcome, "passed");
  await assert.rejects(request.text(), { code: "gate/override" });
});

test("a body is cut off at the limit, however long it says it is", async () => {
  const gate = gateOf({ routes: { "POST /cart": add }, limit: 100 });
  let pulled = 0;
  let cancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => (pulled++, controller.enqueue(new Uint8Array(64).fill(32))),
    cancel: () => void (cancelled = true),
  });
  const request = new Request(`${shop}/cart`, {
    method: "POST",
    body: endless,
    duplex: "half",
    headers: { "Content-Type": "application/json" },
  });
  assert.deepEqual(await codeOf(gate, request), ["failed", 413, "http/too-large"]);
  assert.ok(pulled < 10 && cancelled);
});
