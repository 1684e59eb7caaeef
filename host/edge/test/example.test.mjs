// This file runs the examples as they stand, and holds their configuration to what they import.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { verifyVerdict } from "../../../web/dist/edge.js";
import { configuration, example, mainOf, read, start, top, trusting } from "./rig.mjs";

async function using(name, options, fn) {
  const worker = await start({ modules: example(name), objects: [], ...options });
  try {
    return await fn(worker);
  } finally {
    await worker.stop();
  }
}

test("the README shows the examples as they are", () => {
  const blocks = [...read("host/edge/README.md").matchAll(/^```[jt]s\n(.*?)^```$/gms)].map(([, text]) => text);
  assert.equal(blocks.length, 2);
  for (const [n, name] of ["whole", "gate"].entries())
    assert.ok(read(`host/edge/example/${name}/${mainOf(name)}`).includes(blocks[n]), name);
});

test("the configurations name what is there", () => {
  for (const name of ["whole", "gate", "go"]) {
    const { main, alias = {}, compatibility_date } = configuration(name);
    const folder = join(top, "host/edge/example", name);
    assert.ok(existsSync(join(folder, main)));
    assert.equal(compatibility_date, "2026-05-01", "what the tests run with");
    for (const path of Object.values(alias)) assert.ok(existsSync(join(folder, path)), path);
  }
  const { durable_objects, migrations, assets } = configuration("whole");
  assert.deepEqual(durable_objects.bindings, [{ name: "HOLDFAST", class_name: "Holdfast" }]);
  assert.deepEqual(migrations[0].new_sqlite_classes, ["Holdfast"]);
  assert.equal(assets.directory, "node_modules/@holdfast/edge/assets");
});

test("the template depends on what the build makes, and exports what its package says", async () => {
  const { dependencies } = JSON.parse(read("host/edge/example/whole/package.json"));
  for (const [name, path] of Object.entries(dependencies))
    assert.equal(
      JSON.parse(read(join("host/edge/example/whole", path.slice("file:".length), "package.json"))).name,
      name,
    );
  const { exports } = JSON.parse(read("dist/edge/package.json"));
  for (const target of Object.values(exports))
    for (const path of typeof target === "string" ? [target] : Object.values(target))
      assert.ok(existsSync(join(top, "dist/edge", path)), path);
  assert.ok(existsSync(join(top, "dist/edge/assets/holdfast.wasm")));
  const { wasm, miniflare } = await import("../../../dist/edge/vitest.js");
  assert.match(wasm.load(wasm.resolveId("@holdfast/edge/program.wasm")), /files\/program\.wasm/);
  assert.deepEqual([wasm.resolveId("./other.wasm"), wasm.load("./other.wasm")], [undefined, undefined]);
  assert.ok(existsSync(join(miniflare.serviceBindings.HOLDFAST_FILES.disk.path, "program.wasm")));
});

test("the whole server: a session, decided on", () =>
  using("whole", { objects: ["Holdfast"], vars: { HOLDFAST_TRUSTING: trusting } }, async (worker) => {
    assert.equal((await worker.ask("POST", "/v1/sessions", { session: "s", bundle: "checkout@1.0.0" })).status, 201);
    const decided = await worker.ask("POST", "/v1/sessions/s/decisions", {
      action: "add",
      actor: { kind: "shopper" },
      args: { item: "mug", count: 1 },
    });
    assert.deepEqual([decided.status, decided.json().verdict], [201, "commit"]);
    const { url, bytes } = (await worker.ask("GET", "/v1/module")).json();
    assert.equal((await (await fetch(worker.url + url)).arrayBuffer()).byteLength, bytes);
  }));

test("the gate: only what would be committed gets to the origin", async () => {
  const got = [];
  const origin = createServer((asked, response) => {
    const chunks = [];
    asked
      .on("data", (chunk) => chunks.push(chunk))
      .on("end", () => {
        got.push([
          asked.url,
          asked.headers["holdfast-verdict"],
          Buffer.concat(chunks).toString(),
          asked.headers["holdfast-seal"],
        ]);
        response.end("from the origin");
      });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => origin.on("listening", resolve));
  try {
    // workerd sends what the worker fetches to the host that was asked for: here, the origin's.
    const secret = { id: "2026-11", secret: "a secret of thirty-two bytes, or more" };
    await using("gate", { vars: { SEAL: secret.secret } }, async (worker) => {
      const send = (body, ...more) => viaHost(new URL(worker.url).port, origin.address().port, body, ...more);
      assert.deepEqual(await send({ item: "mug", count: 1 }), [200, "from the origin"]);
      assert.equal((await send({ item: "poster", count: 9 }))[0], 403);
      for (const path of ["/CART", "/cart/", "//cart", "/c%61rt", "/cart;a"])
        for (const method of ["POST", "PUT", "PATCH"])
          assert.ok((await send({ item: "poster", count: 9 }, path, method))[0] >= 400, `${method} ${path}`);
      assert.equal((await send({ item: "mug", count: 1 }, "/about", "POST"))[0], 405, "what no route names");
    });
    assert.equal(got.length, 1);
    const [[path, verdict, body, seal]] = got;
    assert.deepEqual([path, verdict, body], ["/cart", "commit", '{"count":1,"item":"mug"}']);
    // What an origin in Node makes of it.
    const headers = {
      "Holdfast-Verdict": verdict,
      "Holdfast-Seal": seal,
      "Holdfast-Digest": JSON.parse(Buffer.from(seal.split(".")[1], "base64url")).decision,
    };
    const request = new Request(`http://127.0.0.1:${origin.address().port}${path}`, { method: "POST", headers, body });
    assert.equal((await verifyVerdict(request, { keys: [secret] })).verdict, "commit");
  } finally {
    origin.close();
  }
});

/** Asks the worker as if it were another host; fetch would not let that be said. */
async function viaHost(port, host, body, path = "/cart", method = "POST") {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        port,
        host: "127.0.0.1",
        method,
        path,
        headers: { Host: `127.0.0.1:${host}`, "Content-Type": "application/json" },
      },
      (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk)).on("end", () => resolve([response.statusCode, text]));
      },
    );
    asked.on("error", reject).end(JSON.stringify(body));
  });
}

test("a worker written in Go: the same gate", () =>
  using("go", {}, async (worker) => {
    const ask = (query, method = "POST") => worker.ask(method, `/cart?${query}`);
    for (let round = 0; round < 3; round++) {
      assert.equal((await ask("item=mug&count=1")).text, "added, by decision 1\n");
      const refused = await ask("item=poster&count=9");
      assert.deepEqual([refused.status, refused.json().code, refused.json().verdict], [403, "gate/refused", "reject"]);
      assert.deepEqual(
        [(await ask("item=hat&count=1")).status, (await ask("", "GET")).text],
        [422, "nothing was proposed\n"],
      );
    }
  }));
