// This file tests load: every source, and everything that may be wrong with one.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { load } from "../dist/index.js";
import { changeExports, moduleBytes, modulePath, unreachable } from "./support/module.mjs";

const bytes = moduleBytes();
const digest = "sha256:" + createHash("sha256").update(bytes).digest("hex");
let server, origin;

before(async () => {
  server = createServer((request, response) => {
    switch (request.url) {
      case "/holdfast.wasm":
        return response.writeHead(200, { "content-type": "application/wasm" }).end(bytes);
      case "/octets":
        return response.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes);
      case "/truncated":
        return response.writeHead(200, { "content-type": "application/wasm" }).end(bytes.subarray(0, bytes.length >> 1));
      case "/breaks-off":
        response.writeHead(200, { "content-type": "application/wasm", "content-length": bytes.length });
        return response.write(bytes.subarray(0, 1000), () => response.destroy());
      case "/page":
        return response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
    }
    response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

const sources = {
  "the file beside the SDK": () => undefined,
  "a file URL": () => pathToFileURL(modulePath),
  "a file URL as text": () => pathToFileURL(modulePath).href,
  "a URL": () => new URL(origin + "/holdfast.wasm"),
  "a URL that calls it something else": () => origin + "/octets",
  "a response": () => fetch(origin + "/holdfast.wasm"),
  "bytes": () => bytes,
  "bytes in the middle of others": () => new Uint8Array([1, 2, 3, ...bytes, 4]).subarray(3, -1),
  "an ArrayBuffer": () => bytes.buffer,
};

for (const [what, source] of Object.entries(sources))
  test(`${what} is loaded, hashed and checked against a pin`, async () => {
    const engine = await load(source());
    assert.equal(engine.moduleDigest, digest);
    assert.equal(engine.digest("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    engine.close();
    (await load(source(), { digest })).close();
    const other = digest.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    await refuses(load(source(), { digest: other }), "load/digest");
    await refuses(load(source(), { digest: "" }), "load/digest");
  });

test("a compiled module is loaded, but a pin on it cannot be checked", async () => {
  const module = await WebAssembly.compile(bytes);
  const engine = await load(module);
  assert.equal(engine.moduleDigest, undefined);
  assert.equal(new TextDecoder().decode(engine.canon(" [1.0] ")), "[1]");
  await refuses(load(module, { digest }), "load/digest");
});

test("bytes that the caller changes meanwhile are neither compiled nor hashed", async () => {
  const mine = bytes.slice();
  const loading = load(mine, { digest });
  mine.fill(0);
  (await loading).close();
});

test("a module cut short anywhere is refused", async () => {
  for (const length of [0, 3, 8, 1000, bytes.length >> 1, bytes.length - 1])
    await refuses(load(bytes.subarray(0, length)), "load/module");
  await refuses(load(origin + "/truncated"), "load/module");
  await refuses(load(origin + "/page"), "load/module");
});

test("another module is refused", async () => {
  await refuses(load(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)), "load/module");
});

test("what cannot be fetched is refused", async () => {
  for (const source of [origin + "/missing", origin + "/breaks-off", "http://127.0.0.1:1/", "not a URL", pathToFileURL("/no/such/file")])
    await refuses(load(source), "load/fetch");
  await refuses(load(fetch("http://127.0.0.1:1/")), "load/fetch");
});

test("a module that speaks another version of the ABI is refused", async (t) => {
  changeExports(t, () => ({ holdfast_abi: () => 2 }));
  await refuses(load(bytes), "load/abi");
});

test("a module that lacks an export is refused", async (t) => {
  changeExports(t, () => ({ holdfast_header: undefined }));
  await refuses(load(bytes), "load/module");
});

test("a module that traps as it starts is refused", async (t) => {
  changeExports(t, () => ({ _initialize: unreachable }));
  await refuses(load(bytes), "engine/trap");
});

async function refuses(loading, code) {
  await assert.rejects(loading, (error) => {
    assert.deepEqual({ name: error.name, code: error.code }, { name: "HoldfastError", code });
    assert.ok(error.message.length > 20, error.message);
    return true;
  });
}
