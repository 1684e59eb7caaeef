// This file tests load: every source, and everything that may be wrong with one.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { load } from "../dist/index.js";
import { changeExports, moduleBytes, modulePath, unreachable } from "./support/module.mjs";

const bytes = moduleBytes();
const digest = "sha256:" + createHash("sha256").update(bytes).digest("hex");
let server,
  origin,
  flaky = 0,
  asked = 0;

before(async () => {
  server = createServer((request, response) => {
    asked++;
    switch (request.url) {
      case "/flaky":
        if (flaky-- > 0)
          return flaky & 1
            ? request.socket.destroy()
            : response
                .writeHead(200, { "content-type": "application/wasm", "content-length": bytes.length })
                .write(bytes.subarray(0, 1000), () => response.destroy());
        return response
          .writeHead(200, { "content-type": "application/wasm", "content-length": bytes.length })
          .end(bytes);
      case "/never":
        return;
      case "/compressed":
        return response
          .writeHead(200, { "content-type": "application/wasm", "content-encoding": "gzip" })
          .end(gzipSync(bytes, { level: 1 }));
      case "/holdfast.wasm":
        return response.writeHead(200, { "content-type": "application/wasm" }).end(bytes);
      case "/octets":
        return response.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes);
      case "/truncated":
        return response
          .writeHead(200, { "content-type": "application/wasm" })
          .end(bytes.subarray(0, bytes.length >> 1));
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

after(() => {
  server.closeAllConnections();
  server.close();
});

const sources = {
  "the file beside the SDK": () => undefined,
  "a file URL": () => pathToFileURL(modulePath),
  "a file URL as text": () => pathToFileURL(modulePath).href,
  "a URL": () => new URL(origin + "/holdfast.wasm"),
  "a URL that calls it something else": () => origin + "/octets",
  "a response": () => fetch(origin + "/holdfast.wasm"),
  bytes: () => bytes,
  "bytes in the middle of others": () => new Uint8Array([1, 2, 3, ...bytes, 4]).subarray(3, -1),
  "an ArrayBuffer": () => bytes.buffer,
};

for (const [what, source] of Object.entries(sources))
  test(`${what} is loaded, hashed and checked against a pin`, async () => {
    const engine = await load(source(), { digest });
    assert.equal(engine.moduleDigest, digest);
    assert.equal(engine.digest("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    engine.close();
    const other = digest.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    await refuses(load(source(), { integrity: other }), "load/digest");
  });

test("an empty pin is a pin", async () => {
  await refuses(load(bytes, { digest: "" }), "load/digest");
  await refuses(load(bytes, { digest, integrity: "" }), "load/digest");
  (await load(bytes)).close();
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

/** The package in another place, as a bundler may leave it there. */
async function moved(t, change = () => undefined) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-moved-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(fileURLToPath(new URL("../dist", import.meta.url)), folder, { recursive: true });
  rmSync(join(folder, "module/holdfast.wasm"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  change(folder);
  return import(pathToFileURL(join(folder, "index.js")));
}

test("without the file beside the SDK, the copy inside of it is loaded and checked against a pin", async (t) => {
  const sdk = await moved(t);
  const heard = [];
  const engine = await sdk.load(undefined, {
    digest,
    timeout: 600_000,
    progress: (loaded, of) => heard.push([loaded, of]),
  });
  assert.equal(engine.moduleDigest, digest);
  assert.equal(engine.digest("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.deepEqual(heard, [
    [0, bytes.length],
    [bytes.length, bytes.length],
  ]);
  engine.close();
  await refuses(
    sdk.load(undefined, { digest: digest.replace(/.$/, (last) => (last === "0" ? "1" : "0")) }),
    "load/digest",
  );
});

test("where neither came along, the error says what was asked for", async (t) => {
  const sdk = await moved(t, (folder) => rmSync(join(folder, "module/packed.js")));
  await refuses(sdk.load(), "load/fetch");
  await assert.rejects(sdk.load(), /holdfast\.wasm/);
});

test("a file that is beside the SDK and broken is refused, and not replaced by the copy", async (t) => {
  const sdk = await moved(t, (folder) => writeFileSync(join(folder, "module/holdfast.wasm"), bytes.subarray(0, 1000)));
  await refuses(sdk.load(), "load/module");
});

test("a page where the module should be is told as one", async () => {
  await assert.rejects(load(origin + "/page"), {
    code: "load/module",
    message: /what is at http.*\/page is not WebAssembly but text\/html/,
  });
});

test("another module is refused", async () => {
  await refuses(load(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)), "load/module");
});

test("what cannot be fetched is refused", async () => {
  for (const source of [
    origin + "/missing",
    origin + "/breaks-off",
    "http://127.0.0.1:1/",
    "not a URL",
    pathToFileURL("/no/such/file"),
  ])
    await refuses(load(source, { retries: 0 }), "load/fetch");
  await refuses(load(fetch("http://127.0.0.1:1/")), "load/fetch");
});

test("a network that fails is tried again, an answer is not", async () => {
  flaky = 2;
  (await load(origin + "/flaky", { digest })).close();
  flaky = 2;
  await refuses(load(origin + "/flaky", { retries: 1 }), "load/fetch");
  asked = 0;
  for (const path of ["/missing", "/truncated"]) await assert.rejects(load(origin + path));
  await refuses(load(origin + "/holdfast.wasm", { integrity: "sha256:" + "0".repeat(64) }), "load/digest");
  assert.equal(asked, 3);
});

test("loading ends when the time is over, or when the caller has had enough", async () => {
  await refuses(load(origin + "/never", { timeout: 30 }), "load/timeout");
  flaky = 1000;
  await refuses(load(origin + "/flaky", { timeout: 100, retries: 50 }), "load/timeout");
  flaky = 0;
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("gone elsewhere")), 20);
  const loading = load(origin + "/never", { signal: controller.signal });
  await refuses(loading, "load/aborted");
  await assert.rejects(loading, /gone elsewhere/);
  await refuses(load(bytes, { signal: AbortSignal.abort() }), "load/aborted");
  (await load(origin + "/holdfast.wasm", { timeout: 60_000, signal: new AbortController().signal })).close();
});

test("progress counts the module's bytes", async () => {
  for (const [path, total] of [
    ["/holdfast.wasm", undefined],
    ["/compressed", undefined],
    ["/flaky", bytes.length],
    ["/octets", undefined],
  ]) {
    const heard = [];
    const engine = await load(origin + path, { digest, progress: (loaded, of) => heard.push([loaded, of]) });
    assert.deepEqual(heard.at(0), [0, total], path);
    assert.deepEqual(heard.at(-1), [bytes.length, total], path);
    assert.ok(heard.every(([loaded], i) => i === 0 || loaded > heard[i - 1][0]));
    engine.close();
  }
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
