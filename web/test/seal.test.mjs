// This file tests the seal by which an origin knows what a worker's gate has let through.

import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeHeaders, pass, verifyVerdict } from "../dist/edge.js";
import { add, cases, gateOf, mug, post, shop } from "./support/edge.mjs";

const { request: sealed, cases: seals } = cases("seals");
const sealedRequest = ({
  method = sealed.method,
  host = sealed.host,
  target = sealed.target,
  body = sealed.body,
  seal,
  headers = {},
}) => {
  const all = Object.entries({ ...sealed.headers, "Holdfast-Seal": seal, ...headers }).filter(
    ([, value]) => value !== null,
  );
  return new Request(`https://${host}${target}`, { method, body, headers: all });
};

for (const c of seals)
  test(`a seal: ${c.name}: ${c.code || "believed"}`, async () => {
    const checking = verifyVerdict(sealedRequest(c), { keys: c.keys, now: () => c.now ?? sealed.now });
    if (c.code !== "") return assert.rejects(checking, { name: "HoldfastError", code: c.code });
    const { verdict, digest, bundle, decision } = await checking;
    assert.deepEqual([verdict, digest, bundle], ["commit", sealed.headers["Holdfast-Digest"], sealed.bundle]);
    if (c.headers === undefined)
      assert.equal(Buffer.from(decision).toString("base64"), sealed.headers["Holdfast-Decision"]);
    else assert.equal(decision, undefined);
  });

test("a proxy may change host and path, where the origin says what they were", async () => {
  const [{ seal, keys }] = seals;
  const request = sealedRequest({ seal, host: "10.0.0.1:8080", target: "/app/cart" });
  const now = () => sealed.now;
  await assert.rejects(verifyVerdict(request.clone(), { keys, now }), { code: "seal/other" });
  assert.equal(
    (await verifyVerdict(request, { keys, now, audience: sealed.host, target: sealed.target })).verdict,
    "commit",
  );
});

test("what a gate seals, an origin believes, and no other request gets through with it", async () => {
  const { private: key, secret } = sealed;
  const publicKey = seals[0].keys[0];
  for (const [seal, keys] of [
    [key, [publicKey]],
    [secret, [secret]],
    [(env) => env.SEAL, [secret]],
  ]) {
    const gate = gateOf({ routes: { "POST /cart": add, "GET /{rest...}": pass }, seal, forward: ["reject"] });
    const { request } = await gate(post("/CART?a=%61", '{"item":"mug", "count":2}', { "Holdfast-Seal": "forged" }), {
      SEAL: secret,
    });
    const checked = await verifyVerdict(request.clone(), { keys });
    assert.deepEqual([checked.verdict, JSON.parse(new TextDecoder().decode(checked.decision)).args], ["commit", mug]);
    assert.equal(checked.digest, request.headers.get(edgeHeaders.digest));
    const raw = new Request(request.url, {
      method: "POST",
      headers: request.headers,
      body: '{"item":"mug","count":90}',
    });
    await assert.rejects(verifyVerdict(raw, { keys }), { code: "seal/other" });
    const refused = (await gate(post("/cart", { item: "poster", count: 9 }), { SEAL: secret })).request;
    assert.equal((await verifyVerdict(refused, { keys })).verdict, "reject");
    const passed = (
      await gate(new Request(`${shop}/`, { headers: { "Holdfast-Seal": request.headers.get("Holdfast-Seal") } }))
    ).request;
    await assert.rejects(verifyVerdict(passed, { keys }), { code: "seal/missing" });
  }
});

test("a key that cannot sign lets nothing through", async () => {
  for (const seal of ["", "x", "PRIVATE+KEY+a+00000000+AAAA", { id: "short", secret: "too short" }, () => undefined]) {
    const gate = gateOf({ routes: { "POST /cart": add }, seal });
    const { outcome, response } = await gate(post("/cart", mug));
    assert.deepEqual([outcome, response.status], ["failed", 503]);
  }
});
