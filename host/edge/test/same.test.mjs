// This file sends the same requests to `holdfast serve` and to the worker, good and bad ones, to every
// route. Both give the same answers: status, headers, and bodies but for times and what is hashed with them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { holdfast, read, start } from "./rig.mjs";

const folder = mkdtempSync(join(tmpdir(), "holdfast-edge-same-"));
const bundle = read("testdata/golden/checkout/bundle.json");
let worker, server, there;
before(async () => {
  [worker, there] = await Promise.all([
    start(),
    new Promise((resolve, reject) => {
      server = spawn(holdfast, ["serve", "--listen", "127.0.0.1:0", "--ledger", join(folder, "go.db"), "--rate=-1"], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      let said = "";
      for (const stream of [server.stdout, server.stderr])
        stream.on("data", (chunk) => {
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec((said += chunk));
          if (found) resolve(found[0]);
        });
      server.on("exit", () => reject(new Error(said)));
    }),
  ]);
});
after(async () => {
  await worker?.stop();
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const times = /"(at|expires)":\d+/g;
const instants = /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g; // as a bundle keeps them in its state
const digests = /sha256:[0-9a-f]{64}/g;

/** Returns what two servers' answers to a request have in common. */
async function seen(base, { method, path, body, headers }) {
  const answer = await worker.ask(method, path, body, headers, base);
  const kept = {};
  for (const name of [
    "Allow",
    "Cache-Control",
    "Content-Type",
    "Holdfast-Repeated",
    "Holdfast-Seq",
    "Holdfast-Verdict",
    "Retry-After",
    "Vary",
    "WWW-Authenticate",
    "X-Content-Type-Options",
    "Access-Control-Allow-Origin",
  ]) {
    const value = answer.headers.get(name);
    if (value !== null) kept[name] = value;
  }
  // Node's fetch says which encodings it takes, and workerd then names that in Vary.
  const text = answer.text
    .replace(times, '"$1":0')
    .replace(instants, '"…"')
    .replace(digests, "sha256:…")
    .replaceAll(base, "")
    .replace(/the server's time \d+/, "the server's time");
  return { status: answer.status, headers: kept, text };
}

async function same(request) {
  const [here, go] = [await seen(worker.url, request), await seen(there, request)];
  assert.deepEqual(
    here,
    go,
    `${request.method} ${request.path} ${String(request.body).slice(0, 200)} ${JSON.stringify(request.headers ?? {})}`,
  );
  return here;
}

const sessions = "/v1/sessions";
const add = { action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: "mug", count: 1 } };

test("a session is made, decided on and read alike", async () => {
  const steps = [
    ["POST", "/v1/bundles", bundle],
    ["POST", "/v1/bundles", bundle],
    ["POST", "/v1/bundles", bundle.replace('"title":"', '"title":"Another ')],
    ["POST", sessions, { session: "s", bundle: "checkout@1.0.0" }],
    ["POST", sessions, { session: "s", bundle: "checkout@1.0.0" }],
    ...Array(3).fill(["POST", `${sessions}/s/decisions`, add]),
    ["POST", `${sessions}/s/decisions`, { ...add, args: { item: "poster", count: 9 } }],
    ["POST", `${sessions}/s/decisions`, { ...add, seq: 1 }],
    ["POST", `${sessions}/s/decisions`, { ...add, args: { item: "poster", count: 8 }, seq: 99 }],
    ["GET", `${sessions}/s`],
    ["GET", `${sessions}/s/snapshot`],
    ["GET", `${sessions}/s/decisions`],
    ["GET", `${sessions}/s/decisions?from=2&limit=1`],
    ["GET", sessions],
    ["GET", "/v1/bundles"],
    ["POST", `${sessions}/s/verify`, {}],
  ];
  for (const [method, path, body] of steps) {
    const { status } = await same({ method, path, body });
    assert.notEqual(status, 500);
  }
});

const paths = [
  "/healthz",
  "/openapi.json",
  "/v1/modules/sha256:0",
  "/v1/bundles",
  "/v1/bundles/checkout@1.0.0",
  "/v1/bundles/checkout@1.0.0/signature",
  "/v1/catalogs",
  "/v1/catalogs/x@1.0.0",
  "/v1/catalogs/x@1.0.0/signature",
  "/v1/catalogs/x@1.0.0/resolve",
  "/v1/sessions",
  "/v1/sessions/s",
  "/v1/sessions/s/snapshot",
  "/v1/sessions/s/head",
  "/v1/sessions/s/decisions",
  "/v1/sessions/s/decisions/1",
  "/v1/sessions/s/why",
  "/v1/sessions/s/path",
  "/v1/sessions/s/admissible",
  "/v1/sessions/s/verify",
  "/v1/sessions/none",
  "/v1/sessions/none/decisions",
  "/v1",
  "/v1/",
  "/v1/sessions/",
  "/v1/sessions/s/",
  "/v1/sessions/s/nothing",
  "/v1/sessions/s/decisions/0",
  "/v1/sessions/s/decisions/01",
  "/v1/sessions/s/decisions/99",
  "/v1/sessions/s/decisions/x",
  "/v1/sessions/%73",
  "/v1/sessions/%2573",
  "/v1/sessions/s%2Fdecisions",
  "/v1/sessions/.s",
  "/v1/sessions/s%00",
  "/v1/bundles/x",
  "/v1/bundles/%20",
  "/v1/bundles/checkout@9.0.0",
  `/v1/bundles/sha256:${"0".repeat(64)}`,
  "/v1/sessions?limit=0",
  "/v1/sessions?limit=x",
  "/v1/sessions?limit=1001",
  "/v1/sessions?after=.",
  "/v1/sessions?after=none",
  "/v1/sessions?limit=1",
  "/v1/bundles?after=none",
  "/v1/sessions/s/decisions?from=0",
  "/v1/sessions/s/decisions?from=1&from=2",
  "/v1/sessions/s/decisions?limit=-1",
  "/v1/sessions/s/decisions?from=%zz",
  "/v1/sessions/s/events?after=99",
  "/v1/sessions/s/events?after=x",
];

test("every path refuses or answers every method alike", async () => {
  for (const path of paths)
    for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) await same({ method, path });
});

const bodies = [
  undefined,
  "",
  "{}",
  "[]",
  "null",
  "1",
  '"x"',
  "{",
  '{"a":1,"a":2}',
  '{"action":"add","action":"pay"}',
  '{"x":1}',
  '{"action":null}',
  '{"ACTION":"add"}',
  "\ufeff{}",
  '{"action":"\\ud800"}',
  '{"action":"nope","actor":{"kind":"shopper"}}',
  '{"action":"add","actor":{"kind":"nobody"}}',
  '{"action":"add","actor":{"kind":"shopper","id":"ann","x":1},"args":{}}',
  '{"action":"add","actor":{"kind":"shopper"},"args":{"item":"hat","count":1}}',
  '{"action":"add","actor":{"kind":"shopper"},"args":{"item":"mug","count":1e400}}',
  '{"action":"add","actor":{"kind":"shopper"},"args":{"item":"mug","count":1},"at":1}',
  '{"action":"add","actor":{"kind":"shopper"},"args":{"item":"mug","count":1},"seq":-1}',
  '{"action":"add","actor":{"kind":"shopper"},"args":{"item":"mug","count":1},"reasons":[1]}',
  '{"action":"add","args":{"item":"mug","count":1}}',
  `{"action":"${"x".repeat(70_000)}"}`,
  "[".repeat(200) + "]".repeat(200),
  '{"session":"../x","bundle":"checkout@1.0.0"}',
  '{"session":"t","bundle":"none@1.0.0"}',
  '{"session":"t","bundle":"checkout@1.0.0","catalog":"x"}',
  '{"session":"t","catalog":"x@1.0.0","cursor":{}}',
  '{"session":"t"}',
  '{"session":1}',
  Uint8Array.from([0xff, 0xfe, 0x7b]),
];

test("every route takes or refuses every body alike", async () => {
  for (const path of [
    "/v1/bundles",
    "/v1/catalogs",
    "/v1/catalogs/x@1.0.0/resolve",
    sessions,
    ...["decisions", "why", "path", "admissible", "verify"].map((name) => `${sessions}/s/${name}`),
    `${sessions}/none/decisions`,
  ])
    for (const body of bodies) {
      // Refused for the bundle that is missing, with a name of its own.
      if (path === sessions && (body === "{}" || body === "" || body === undefined)) continue;
      await same({ method: "POST", path, body });
    }
});

test("headers are looked at alike", async () => {
  const path = `${sessions}/s/why`;
  for (const headers of [
    { "Content-Type": "text/plain" },
    { "Content-Type": "application/json; charset=utf-8" },
    { "Content-Type": "application/x-www-form-urlencoded" },
    { "Content-Type": ";" },
    { "Content-Encoding": "gzip" },
    { "Content-Encoding": "identity" },
    { Authorization: "Bearer x" },
    { "Sec-Fetch-Site": "cross-site" },
    { Origin: "https://evil.example" },
    { Origin: "null" },
    { "Sec-Fetch-Site": "same-origin" },
  ])
    await same({ method: "POST", path, body: add, headers });
  for (const key of ["x", "a,b", "a, b", "x".repeat(128), "x".repeat(129), "a b", "é", ""]) {
    await same({ method: "POST", path: `${sessions}/s/decisions`, body: add, headers: { "Idempotency-Key": key } });
    await same({
      method: "POST",
      path: `${sessions}/s/decisions`,
      body: { ...add, args: { item: "shirt", count: 1 } },
      headers: { "Idempotency-Key": key },
    });
  }
  for (const tag of ["*", '"x"', 'W/"x"', '"a","b"', "x, *"])
    await same({ method: "GET", path: "/v1/bundles/checkout@1.0.0", headers: { "If-None-Match": tag } });
  for (const last of ["-1", "x", "999999", "1, 2"])
    await same({ method: "GET", path: `${sessions}/s/events`, headers: { "Last-Event-ID": last } });
});
