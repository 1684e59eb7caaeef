// This file takes a session through its life over HTTP, ends workerd in between, and has its log
// decided again by the Go host, and the Go host's by a worker.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { holdfast, probe, read, start, top } from "./rig.mjs";

const bundle = read("testdata/golden/checkout/bundle.json");
const shopper = { kind: "shopper", id: "ann" };
const add = (item, count, more = {}) => ({ action: "add", actor: shopper, args: { item, count }, ...more });

const folder = mkdtempSync(join(tmpdir(), "holdfast-edge-life-"));
const data = join(folder, "data");
const written = () =>
  readdirSync(join(data, "holdfast")).filter(
    (name) => name.endsWith("-wal") && statSync(join(data, "holdfast", name)).size > 0,
  ).length; // the databases to which something was written
let worker;
before(async () => {
  worker = await start({ data });
});
after(async () => {
  await worker?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const session = "/v1/sessions/life";
let recorded = [];

test("a bundle that comes with the worker is published, and another can be", async () => {
  const listed = await worker.ask("GET", "/v1/bundles");
  assert.deepEqual(
    listed.json().bundles.map(({ name, version }) => `${name}@${version}`),
    ["checkout@1.0.0"],
  );
  const published = await worker.ask("POST", "/v1/bundles", read("testdata/golden/spektre/bundle.json"));
  assert.equal(published.status, 201, published.text);
  const fetched = await worker.ask("GET", published.headers.get("Location"));
  assert.equal(fetched.headers.get("ETag"), `"${published.json().digest}"`);
  assert.equal(
    (
      await worker.ask("GET", published.headers.get("Location"), undefined, {
        "If-None-Match": fetched.headers.get("ETag"),
      })
    ).status,
    304,
  );
});

test("a catalog resolves to the bundle of a session, which its object keeps", async () => {
  const built = join(folder, "catalog.json");
  // Not in one go: connections that are closed meanwhile have to be heard of.
  await promisify(execFile)(holdfast, [
    "build",
    join(top, "testdata/bundles/grade-1-guardian/catalog.yaml"),
    "-o",
    built,
  ]);
  assert.equal((await worker.ask("POST", "/v1/catalogs", readFileSync(built))).status, 201);
  const cursor = { class: 1, chapter: "moon", element: "air" };
  const created = await worker.ask("POST", "/v1/sessions", {
    session: "point",
    catalog: "grade-1-guardian@1.0.0",
    cursor,
  });
  assert.equal(created.status, 201, created.text);
  const decided = await worker.ask("POST", "/v1/sessions/point/decisions", {
    action: "complete",
    actor: { kind: "practitioner", id: "p" },
  });
  assert.deepEqual([decided.status, decided.json().digest], [201, created.json().digest]);
  const stall = await worker.ask("POST", "/v1/sessions", {
    session: "none",
    catalog: "grade-1-guardian@1.0.0",
    cursor: { class: 9 },
  });
  assert.deepEqual([stall.status, stall.json().code], [409, "catalog/stall"]);
});

test("nothing that the platform forbids, or that makes a start slow, happens at global scope", async () => {
  assert.deepEqual((await worker.ask("GET", "/test/scope")).json(), []);
});

test("a session is created once", async () => {
  const created = await worker.ask("POST", "/v1/sessions", { session: "life", bundle: "checkout@1.0.0" });
  assert.deepEqual([created.status, created.headers.get("Location"), created.json().seq], [201, session, 0]);
  const again = await worker.ask("POST", "/v1/sessions", { session: "life", bundle: "checkout@1.0.0" });
  assert.deepEqual([again.status, again.json().code], [409, "session/exists"]);
  const named = await worker.ask("POST", "/v1/sessions", { bundle: "checkout@1.0.0" });
  assert.equal((await worker.ask("GET", named.headers.get("Location"))).json().session, named.json().session);
});

test("a session that nobody created is unknown, and leaves nothing behind", async () => {
  const before = written();
  for (const path of ["", "/decisions", "/snapshot", "/events"])
    assert.equal((await worker.ask("GET", `/v1/sessions/nobody${path}`)).json().code, "session/unknown");
  assert.equal(
    (await worker.ask("POST", "/v1/sessions/nobody/decisions", add("mug", 1))).json().code,
    "session/unknown",
  );
  assert.equal(written(), before);
});

test("questions change nothing, proposals are decided and recorded", async () => {
  const why = await worker.ask("POST", `${session}/why`, add("mug", 2));
  assert.deepEqual([why.status, why.json().verdict, why.headers.get("Holdfast-Seq")], [200, "commit", "0"]);
  const admissible = await worker.ask("POST", `${session}/admissible`, { actor: shopper });
  assert.ok(admissible.json().actions.length > 0);
  const path = await worker.ask("POST", `${session}/path`, { action: "ship", actor: { kind: "clerk", id: "bob" } });
  assert.equal(path.status, 200, path.text);
  assert.equal((await worker.ask("GET", session)).json().seq, 0);
  for (const [item, count, verdict] of [
    ["mug", 2, "commit"],
    ["poster", 3, "commit"],
    ["poster", 3, "reject"],
  ]) {
    const decided = await worker.ask("POST", `${session}/decisions`, add(item, count));
    assert.deepEqual(
      [decided.status, decided.headers.get("Holdfast-Verdict"), decided.json().verdict],
      [201, verdict, verdict],
      decided.text,
    );
    recorded.push(decided.text);
  }
});

test("what was missed is told, and what was sent twice is decided once", async () => {
  const stale = await worker.ask("POST", `${session}/decisions`, add("shirt", 1, { seq: 1 }));
  assert.deepEqual([stale.status, stale.json().code, stale.json().missed.length], [409, "session/stale", 2]);
  const key = { "Idempotency-Key": "one,two" }; // with a comma, where the bridge to Go cuts headers
  const first = await worker.ask("POST", `${session}/decisions`, add("shirt", 1), key);
  const again = await worker.ask("POST", `${session}/decisions`, add("shirt", 1), key);
  assert.deepEqual(
    [first.status, again.status, again.headers.get("Holdfast-Repeated"), again.text],
    [201, 200, "true", first.text],
  );
  recorded.push(first.text);
});

test("the log is what was answered, line by line and one by one", async () => {
  assert.equal((await worker.ask("GET", `${session}/decisions`)).text, recorded.map((line) => line + "\n").join(""));
  for (const [n, line] of recorded.entries())
    assert.equal((await worker.ask("GET", `${session}/decisions/${n + 1}`)).text, line);
  const head = await worker.ask("HEAD", `${session}/decisions/1`);
  assert.deepEqual(
    [head.status, head.text, head.headers.get("Content-Length")],
    [200, "", String(Buffer.byteLength(recorded[0]))],
  );
});

test("a list says where each session stands", async () => {
  const { sessions } = (await worker.ask("GET", "/v1/sessions")).json();
  const view = (await worker.ask("GET", session)).json();
  const listed = sessions.find((one) => one.session === "life");
  assert.deepEqual([listed.seq, listed.head], [recorded.length, view.prev]);
  assert.ok(sessions.some(({ seq }) => seq === 0));
});

/** Reads events until there are as many as wanted. */
async function events(url, wanted, meanwhile) {
  const control = new AbortController();
  const response = await fetch(url, { signal: control.signal });
  assert.equal(response.status, 200);
  let heard = "";
  const found = () =>
    [...heard.matchAll(/^id: (\d+)\nevent: decision\ndata: (.*)\n\n/gm)].map(([, id, line]) => [Number(id), line]);
  let asked = false;
  for await (const chunk of response.body) {
    heard += Buffer.from(chunk).toString();
    if (!asked) {
      asked = true;
      await meanwhile?.();
    }
    if (found().length >= wanted) break;
  }
  control.abort();
  return found();
}

test("events bring what was recorded, and what is recorded while one listens", async () => {
  const past = await events(`${worker.url}${session}/events?after=0`, recorded.length);
  assert.deepEqual(
    past,
    recorded.map((line, n) => [n + 1, line]),
  );
  const live = await events(`${worker.url}${session}/events`, 1, async () => {
    recorded.push((await worker.ask("POST", `${session}/decisions`, add("mug", 1))).text);
  });
  assert.deepEqual(live, [[recorded.length, recorded.at(-1)]]);
});

test("whatever was answered is there after workerd is killed, and the session goes on", async () => {
  for (let round = 0; round < 3; round++) {
    const decided = await worker.ask("POST", `${session}/decisions`, add("mug", 1));
    assert.equal(decided.status, 201, decided.text);
    recorded.push(decided.text);
    await worker.kill();
    worker = await start({ data });
    assert.equal((await worker.ask("GET", `${session}/decisions`)).text, recorded.map((line) => line + "\n").join(""));
  }
  assert.deepEqual((await worker.ask("POST", `${session}/verify`)).json().same, true);
});

test("a log that is streamed comes whole, and its session opens from a snapshot", async () => {
  while (recorded.length < 400) {
    const more = await Promise.all(
      Array.from({ length: 32 }, () => worker.ask("POST", `${session}/decisions`, add("mug", 1))),
    );
    recorded.push(...more.sort((a, b) => a.json().seq - b.json().seq).map(({ text }) => text));
  }
  const log = () => worker.ask("GET", `${session}/decisions`);
  assert.equal((await log()).text, recorded.map((line) => line + "\n").join(""));
  await worker.kill();
  worker = await start({ data });
  assert.equal((await worker.ask("GET", session)).json().seq, recorded.length);
  assert.equal((await log()).text, recorded.map((line) => line + "\n").join(""));
});

test("the Go host decides the edge's log again to the same bytes", async () => {
  const [document, log] = [join(folder, "bundle.json"), join(folder, "log.jsonl")];
  writeFileSync(document, bundle);
  writeFileSync(log, (await worker.ask("GET", `${session}/decisions`)).text);
  const said = execFileSync(holdfast, ["replay", document, log, "--session", "life"], { encoding: "utf8" });
  assert.match(said, new RegExp(`^${recorded.length} decisions decided again: the same bytes`));
  writeFileSync(log, recorded.map((line) => line.replace('"count":2', '"count":1') + "\n").join(""));
  assert.throws(
    () => execFileSync(holdfast, ["replay", document, log, "--session", "life"], { stdio: "pipe" }),
    "a log that was changed",
  );
});

test("a worker decides the Go server's log again to the same bytes", async () => {
  const server = spawn(holdfast, ["serve", "--listen", "127.0.0.1:0", "--ledger", join(folder, "go.db")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const sdk = await probe();
  try {
    const url = await new Promise((resolve, reject) => {
      let said = "";
      for (const stream of [server.stdout, server.stderr])
        stream.on("data", (chunk) => {
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec((said += chunk));
          if (found) resolve(found[0]);
        });
      server.on("exit", () => reject(new Error(said)));
    });
    const post = async (path, body) =>
      (
        await fetch(url + path, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: typeof body === "string" ? body : JSON.stringify(body),
        })
      ).text();
    await post("/v1/bundles", bundle);
    await post("/v1/sessions", { session: "there", bundle: "checkout@1.0.0" });
    for (const count of [2, 1, 3]) await post("/v1/sessions/there/decisions", add("poster", count));
    const log = await (await fetch(`${url}/v1/sessions/there/decisions`)).text();
    const again = await sdk.ask("POST", "/replay", { bundle, session: "there", log });
    assert.deepEqual([again.status, again.json()], [200, { seq: 3 }], again.text);
    const changed = await sdk.ask("POST", "/replay", {
      bundle,
      session: "there",
      log: log.replace('"count":2', '"count":1'),
    });
    assert.equal(changed.status, 500, changed.text);
  } finally {
    server.kill();
    await sdk.stop();
  }
});
