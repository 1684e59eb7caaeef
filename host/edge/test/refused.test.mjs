// This file has the storage refuse to write, documents too large, keys missing or wrong, and
// sessions asked for by strange names. Nothing is acknowledged that is not kept.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { built, holdfast, probe, read, start, top } from "./rig.mjs";

const folder = mkdtempSync(join(tmpdir(), "holdfast-edge-refused-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const add = { action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: "mug", count: 1 } };

async function using(options, fn) {
  const worker = await (options.probe ? probe(options) : start(options));
  try {
    return await fn(worker);
  } finally {
    await worker.stop();
  }
}

test("storage that refuses a write: nothing is acknowledged, and what was stays", async () => {
  const data = join(folder, "full");
  const answered = [];
  await using({ data }, async (worker) => {
    await worker.ask("POST", "/v1/sessions", { session: "full", bundle: "checkout@1.0.0" });
    answered.push((await worker.ask("POST", "/v1/sessions/full/decisions", add)).text);
  });
  await using({ data, limit: 200 }, async (worker) => {
    // KiB: soon no file may grow
    const refused = [];
    for (let n = 0; n < 400 && refused.length < 5; n++) {
      const answer = await worker.ask("POST", "/v1/sessions/full/decisions", add);
      if (answer.status === 201) answered.push(answer.text);
      else refused.push([answer.status, answer.json().code]);
    }
    assert.deepEqual(refused, Array(5).fill([503, "ledger/unavailable"]), "the storage has refused to write");
  });
  await using({ data }, async (worker) => {
    const log = (await worker.ask("GET", "/v1/sessions/full/decisions")).text.split("\n").slice(0, -1);
    for (const text of answered) assert.equal(log[JSON.parse(text).seq - 1], text, "what was acknowledged is there");
    assert.equal((await worker.ask("POST", "/v1/sessions/full/verify")).json().same, true);
    assert.equal(
      (await worker.ask("POST", "/v1/sessions/full/decisions", add)).status,
      201,
      "with room again it goes on",
    );
  });
});

test("documents over what is taken", () =>
  using({}, async (worker) => {
    const bundle = JSON.parse(read("testdata/golden/checkout/bundle.json"));
    const large = (size) => JSON.stringify({ ...bundle, version: "2.0.0", about: "x".repeat(size) });
    for (const [size, status] of [
      [1 << 20, 422],
      [3 << 20, 422],
      [5 << 20, 413],
    ]) {
      const answer = await worker.ask("POST", "/v1/bundles", large(size));
      assert.equal(answer.status, status, answer.text.slice(0, 500));
      assert.match(answer.json().code, /^(bundle\/invalid|http\/too-large|limit\/.*)$/);
    }
    const proposal = await worker.ask("POST", "/v1/sessions", {
      session: "x".repeat(20 << 10),
      bundle: "checkout@1.0.0",
    });
    assert.deepEqual([proposal.status, proposal.json().code], [413, "http/too-large"]);
    assert.equal((await worker.ask("GET", "/v1/bundles")).json().bundles.length, 1);
  }));

test("another module than the one that decides", async () => {
  await using({}, async (worker) => {
    const { digest, url, bytes } = (await worker.ask("GET", "/v1/module")).json();
    const module = await fetch(worker.url + url);
    assert.equal(module.headers.get("Holdfast-Digest"), digest);
    assert.equal((await module.arrayBuffer()).byteLength, bytes);
    const wrong = await worker.ask("GET", `/v1/modules/sha256:${"0".repeat(64)}`);
    assert.deepEqual([wrong.status, wrong.json().code], [404, "module/unknown"]);
  });
  // A worker that imports something else by the module's name: nothing is decided.
  const other = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]);
  const files = {
    "worker.js": "host/edge/test/worker.js",
    "clock.js": "host/edge/test/clock.js",
    "scope.js": "host/edge/test/scope.js",
    "timers.js": "host/edge/test/timers.js",
    "holdfast.js": "dist/edge/holdfast.js",
    "program.wasm": "dist/edge/program.wasm",
    "checkout.json": "testdata/golden/checkout/bundle.json",
  };
  await using({ modules: { ...files, "holdfast.wasm": other } }, async (worker) => {
    const answer = await worker.ask("GET", "/v1/bundles");
    assert.deepEqual([answer.status, answer.json().code], [503, "ledger/unavailable"]);
    assert.match(worker.log(), /load\/module/);
  });
});

test("without keys nobody is believed, and a development worker answers on this machine only", async () => {
  await using({ vars: {} }, async (worker) => {
    for (const path of ["/v1/bundles", "/v1/sessions/s", "/healthz"])
      assert.equal((await worker.ask("GET", path)).status, 503, path);
    assert.match(worker.log(), /HOLDFAST_KEYS is not set/);
  });
  await using({ vars: { HOLDFAST_TRUSTING: "true" } }, async (worker) =>
    assert.equal((await worker.ask("GET", "/v1/bundles")).status, 503),
  );
  await using({}, async (worker) => {
    // fetch sets no Host, curl does.
    const said = execFileSync("curl", ["-s", "-H", "Host: shop.example", `${worker.url}/v1/bundles`], {
      encoding: "utf8",
    });
    assert.equal(JSON.parse(said).code, "http/origin", said);
  });
});

test("with keys, a token says who acts, and signed bundles and heads are as on the server", async () => {
  const run = (...args) => execFileSync(holdfast, args, { cwd: folder, encoding: "utf8" });
  run("keygen", "--tokens", "issuer");
  run("keygen", "example.org/release");
  const bundle = join(folder, "checkout.json");
  execFileSync("cp", [join(top, "testdata/golden/checkout/bundle.json"), bundle]);
  run("sign", bundle, "--key", "release.key");
  const file = (name) => readFileSync(join(folder, name), "utf8");
  const token = (...more) => ({ Authorization: `Bearer ${run("token", "--key", "issuer.pem", ...more).trim()}` });
  const vars = {
    HOLDFAST_KEYS: file("issuer.pub.pem"),
    HOLDFAST_TRUST: file("release.pub"),
    HOLDFAST_SIGN: file("release.key"),
  };
  await using(
    {
      vars,
      modules: {
        "worker.js": "host/edge/test/bare.js",
        "holdfast.js": "dist/edge/holdfast.js",
        "holdfast.wasm": "dist/edge/holdfast.wasm",
        "program.wasm": "dist/edge/program.wasm",
      },
    },
    async (worker) => {
      const ann = token("--id", "ann", "--kind", "shopper", "--role", "publish");
      assert.equal((await worker.ask("GET", "/v1/bundles")).status, 401);
      assert.equal((await worker.ask("GET", "/v1/bundles", undefined, { Authorization: "Bearer x.y.z" })).status, 401);
      const unsigned = await worker.ask("POST", "/v1/bundles", readFileSync(bundle), ann);
      assert.equal(unsigned.status, 403, unsigned.text);
      const line = /^— (.*)$/m.exec(file("checkout.json.sig"))[1];
      const published = await worker.ask("POST", "/v1/bundles", readFileSync(bundle), {
        ...ann,
        "Holdfast-Signature": line,
      });
      assert.equal(published.status, 201, published.text);
      assert.equal(
        (await worker.ask("POST", "/v1/sessions", { session: "hers", bundle: "checkout@1.0.0" }, ann)).status,
        201,
      );
      const { actor, ...anonymous } = add;
      const decided = await worker.ask("POST", "/v1/sessions/hers/decisions", anonymous, ann);
      assert.deepEqual([decided.status, decided.json().actor], [201, { id: "ann", kind: "shopper" }], decided.text);
      const other = await worker.ask(
        "POST",
        "/v1/sessions/hers/decisions",
        { ...add, actor: { kind: "clerk", id: "eve" } },
        ann,
      );
      assert.deepEqual([other.status, other.json().code], [403, "auth/actor"]);
      const head = await worker.ask("GET", "/v1/sessions/hers/head", undefined, ann);
      writeFileSync(join(folder, "hers.head"), head.text);
      writeFileSync(
        join(folder, "hers.jsonl"),
        (await worker.ask("GET", "/v1/sessions/hers/decisions", undefined, ann)).text,
      );
      run("verify", bundle, "hers.jsonl", "--key", "release.pub", "--head", "hers.head");
    },
  );
});

test("another document under a version that is taken keeps the registry from starting, and nothing else", async () => {
  const data = join(folder, "taken");
  await using({ data }, async (worker) => {
    assert.equal((await worker.ask("POST", "/v1/sessions", { session: "kept", bundle: "checkout@1.0.0" })).status, 201);
    assert.equal((await worker.ask("POST", "/v1/sessions/kept/decisions", add)).status, 201);
  });
  const other = Buffer.from(read("testdata/golden/checkout/bundle.json").replace('"title":"', '"title":"Another '));
  const files = {
    "worker.js": "host/edge/test/worker.js",
    "clock.js": "host/edge/test/clock.js",
    "scope.js": "host/edge/test/scope.js",
    "timers.js": "host/edge/test/timers.js",
    ...built,
  };
  await using({ data, modules: { ...files, "checkout.json": other } }, async (worker) => {
    for (let round = 0; round < 2; round++)
      assert.equal((await worker.ask("GET", "/v1/bundles")).json().code, "ledger/unavailable");
    assert.match(worker.log(), /give it another version/);
    assert.equal((await worker.ask("POST", "/v1/sessions/kept/decisions", add)).json().seq, 2);
  });
});

test("the module traps, or the program of an object dies: nothing is acknowledged, and the session goes on", () =>
  using({}, async (worker) => {
    const session = "/v1/sessions/trapped";
    await worker.ask("POST", "/v1/sessions", { session: "trapped", bundle: "checkout@1.0.0" });
    const recorded = [];
    const decide = async (headers) => {
      const answer = await worker.ask("POST", `${session}/decisions`, add, headers);
      if (answer.status === 201) recorded.push(answer.text);
      return [answer.status, answer.status === 201 ? undefined : answer.json().code];
    };
    for (const [headers, wanted] of [
      [{}, [201, undefined]],
      [{ "Test-Trap": "7" }, [500, "engine/trap"]], // in Decide
      [{}, [201, undefined]],
      [{ "Test-Trap": "24" }, [201, undefined]], // in Head, which is asked for when the session is opened again
      [{ "Test-Crash": "1" }, [503, "ledger/unavailable"]],
      [{}, [500, "engine/trap"]],
      [{}, [201, undefined]],
    ])
      assert.deepEqual(await decide(headers), wanted, JSON.stringify(headers));
    assert.equal((await worker.ask("GET", `${session}/decisions`)).text, recorded.map((line) => line + "\n").join(""));
    assert.equal((await worker.ask("POST", `${session}/verify`)).json().same, true);
  }));

test("a session's name, however it is written, leads to its own object or to none", () =>
  using({}, async (worker) => {
    await worker.ask("POST", "/v1/sessions", { session: "s", bundle: "checkout@1.0.0" });
    await worker.ask("POST", "/v1/sessions/s/decisions", add);
    for (const path of [
      "/v1/sessions/%73",
      "/v1/sessions/./s",
      "/v1/sessions/x/../s",
      "/v1/sessions/%73/decisions/1",
      "/v1/sessions/s?x=1",
    ]) {
      const answer = await worker.ask("GET", path);
      assert.deepEqual([answer.status, answer.json().seq], [200, 1], `${path}: ${answer.text}`);
    }
    for (const path of [
      "/v1/sessions/%2573",
      "/v1/sessions/s%2Fdecisions",
      "/v1/sessions/s/",
      "/v1/sessions//s",
      "/v1//sessions/s",
      "/v1/sessions/s%00",
      "/v1/sessions/.s",
      "/v1/sessions/%E9",
      "/v1/sessions/%zz",
      "/v1/sessions/S",
      "/V1/sessions/s",
      "/v1/sessions/%20s",
      `/v1/sessions/${"s".repeat(129)}`,
      "/v1/sessions/registry",
      "/v1/sessions/session%20s",
    ]) {
      const answer = await worker.ask("GET", path);
      assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status} ${answer.text}`);
      const decided = await worker.ask("POST", `${path}/decisions`, add);
      assert.ok(decided.status >= 400 && decided.status < 500, `${path}: ${decided.status} ${decided.text}`);
    }
    assert.equal((await worker.ask("GET", "/v1/sessions/s")).json().seq, 1);
  }));
