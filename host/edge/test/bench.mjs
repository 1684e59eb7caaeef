// This file prints what requests cost in workerd, in CPU time of the whole process, beside what
// Cloudflare allows. Run it by `npm run bench` in host/edge, on a quiet machine.
//
// Limits: https://developers.cloudflare.com/workers/platform/limits/ and
// https://developers.cloudflare.com/durable-objects/platform/limits/, as of November 2026.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { probe, read, start, top } from "./rig.mjs";

const rounds = Number(process.argv[2] ?? 1000);

/** CPU time of a process in milliseconds, of all its threads; the kernel counts in hundredths of a second. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

const row = (name, value, allowed = "") => console.log(`${name.padEnd(52)} ${value.padStart(12)}  ${allowed}`);

async function each(worker, n, send) {
  const before = cpu(worker.pid);
  for (let i = 0; i < n; i++) {
    const { status, text } = await send(i);
    if (status >= 400 && status !== 403) throw new Error(`${status} ${text}`);
  }
  return (cpu(worker.pid) - before) / n;
}
const ms = (value) => `${value.toFixed(2)} ms`;

console.log(`${rounds} requests each, one after another; CPU time of workerd\n`);

const sdk = await probe();
await sdk.ask("POST", "/pass", {});
const ask = () => sdk.ask("POST", "/gate/hot", {});
const first = await each(sdk, 1, ask);
await each(sdk, 200, ask);
const floor = await each(sdk, rounds, () => sdk.ask("POST", "/pass", {}));
const hot = await each(sdk, rounds, ask);
await sdk.ask("POST", "/many", "2000");
const alone = (await each(sdk, 1, () => sdk.ask("POST", "/many", "10000"))) / 10000;
await sdk.stop();
row("hot path: first request (starts the module)", ms(first), "startup 1,000 ms");
row("hot path: a request to a worker that only answers", ms(floor));
row("hot path: a request that the gate checks, warm", ms(hot), "10 ms free, 30,000 ms paid");
row("hot path: a check by itself, warm", `${alone.toFixed(3)} ms`, "goal: under 1 ms");

const worker = await start();
const post = (path, body) => worker.ask("POST", path, body);
const add = { action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: "mug", count: 2 } };
const registry = await each(worker, 1, () => worker.ask("GET", "/v1/bundles"));
await post("/v1/sessions", { session: "bench", bundle: "checkout@1.0.0" });
const opened = await each(worker, 1, () => worker.ask("GET", "/v1/sessions/bench"));
row("Go path: first request to the registry (compiles)", ms(registry), "30,000 ms");
row("Go path: first request to a session (a Go program)", ms(opened), "30,000 ms");
const why = () => post("/v1/sessions/bench/why", add);
await each(worker, 100, why);
row("Go path: why, warm", ms(await each(worker, rounds, why)), "30,000 ms");
const admissible = () => post("/v1/sessions/bench/admissible", { actor: { kind: "shopper" } });
await each(worker, 50, admissible);
row("Go path: admissible, warm", ms(await each(worker, rounds, admissible)), "");
const view = () => worker.ask("GET", "/v1/sessions/bench");
row("Go path: view, warm", ms(await each(worker, rounds, view)), "");
const decide = () => post("/v1/sessions/bench/decisions", add);
await each(worker, 50, decide);
row("Go path: decide and record, warm", ms(await each(worker, Math.min(rounds, 500), decide)), "");
const before = memory(worker.pid);
for (let i = 0; i < 10; i++) {
  await post("/v1/sessions", { session: `m${i}`, bundle: "checkout@1.0.0" });
  await worker.ask("GET", `/v1/sessions/m${i}`);
}
row(
  "memory of one more session's object",
  `${((memory(worker.pid) - before) / 10).toFixed(1)} MB`,
  "128 MB an isolate",
);
await worker.stop();

console.log();
for (const name of ["holdfast.js", "program.wasm", "holdfast.wasm"]) {
  const path = join(top, "dist/edge", name);
  row(
    `size of ${name}`,
    `${(statSync(path).size / 1e6).toFixed(2)} MB`,
    `${(gzipSync(readFileSync(path), { level: 9 }).length / 1e6).toFixed(2)} MB gzip; ` +
      "all together 3 MB free, 10 MB paid",
  );
}
