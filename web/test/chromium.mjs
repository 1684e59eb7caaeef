// This file replays the golden vectors in a real Chromium, in a page and in a
// module worker, from a page whose content security policy allows no more than
// the SDK needs; then it runs the suites in test/chromium/ on the pages in
// test/pages/, under the same policy, or those alone whose name has the argument in it. Run it with `npm run test:chromium`; CHROMIUM names the browser,
// /usr/bin/chromium where it is left out.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { suites as replicas } from "./chromium/replica.mjs";
import { suites } from "./chromium/suites.mjs";
import { gate } from "./support/gate.mjs";
import { moduleBytes } from "./support/module.mjs";
import { goldenVectors } from "./support/vectors.mjs";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json" };
const policies = {
  "/": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  "/no-wasm": "default-src 'self'; script-src 'self'",
};
const web = fileURLToPath(new URL("../", import.meta.url));
const vectors = goldenVectors();
const module = moduleBytes(); // read once, so that a build at the same time changes nothing
const pages = await bundled();
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

if (!existsSync(executablePath)) {
  console.error(`no Chromium at ${executablePath}: install Debian's package chromium, or name another with CHROMIUM=`);
  process.exit(1);
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const send = (type, body, policy = policies["/"]) => response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(body);
  if (pathname === "/favicon.ico") return response.writeHead(204).end();
  if (pathname in policies) return send("text/html", '<!doctype html><meta charset="utf-8"><script type="module" src="/test/support/page.mjs"></script>', policies[pathname]);
  if (pathname === "/vectors.json") return send("application/json", JSON.stringify(vectors.map(({ name }) => name)));
  if (pathname === "/pages/mode.json") return send("application/json", JSON.stringify(gate));
  if (pathname.startsWith("/pages/") && pages.has(pathname)) return send(types[extname(pathname)], pages.get(pathname));
  if (pathname === "/dist/holdfast.wasm" || pathname === "/pages/holdfast.wasm") return send("application/wasm", module);
  const [, name, file] = /^\/golden\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  if (name !== undefined) return send("application/octet-stream", await vectors.find((vector) => vector.name === name).read(file));
  const body = /^\/(dist|test\/support)\/[\w.]+$/.test(pathname) ? await readFile(join(web, pathname)).catch(() => undefined) : undefined;
  return body === undefined ? response.writeHead(404).end() : send(types[extname(pathname)] ?? "application/octet-stream", body);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;
const profile = await mkdtemp(join(tmpdir(), "holdfast-chromium-"));
const browser = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: flags });

try {
  const wanted = process.argv[2];
  for (const [name, run] of Object.entries({ ...suites, ...replicas })) {
    if (wanted !== undefined && !name.includes(wanted)) continue;
    try {
      await run({ browser, origin });
      console.log(`Chromium: ${name}`);
    } catch (error) {
      console.error(`Chromium FAILS: ${name}\n${error.stack ?? error}`);
      process.exitCode = 1;
    }
  }
  if (wanted === undefined) await vectorsAndPolicies();
} finally {
  await browser.close();
  server.close();
  await rm(profile, { recursive: true, force: true });
}

async function vectorsAndPolicies() {
  const { page, worker, moduleDigest } = await outcome("/");
  assert.equal(moduleDigest, "sha256:" + createHash("sha256").update(module).digest("hex"));
  check("page", page);
  assert.equal(worker.error, undefined);
  check("worker", worker.results);
  assert.equal(await outcome("/?wanted="), "loaded");
  assert.equal(await outcome("/?wanted=" + moduleDigest), "loaded");
  assert.equal(await outcome("/?wanted=sha256:" + "0".repeat(64)), "load/digest");
  assert.equal(await outcome("/no-wasm?wanted="), "load/blocked");
  console.log(`Chromium ${browser.browser()?.version() ?? ""}: a pin, another pin and a blocking policy answered as they should`);
}

/** Opens a page and returns what its script came to. */
async function outcome(path) {
  const page = await browser.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  try {
    await page.goto(origin + path);
    await page.waitForFunction(() => window.outcome !== undefined, undefined, { timeout: 120_000, polling: 50 }).catch((error) => {
      throw new Error(`${path} came to nothing: ${error.message}\n${said.join("\n")}`);
    });
    const { value, error } = await page.evaluate(() => window.outcome);
    assert.equal(error, undefined, `${path}: ${error}\n${said.join("\n")}`);
    return value;
  } finally {
    await page.close();
  }
}

function check(where, results) {
  assert.deepEqual(results.map(({ name }) => name), vectors.map(({ name }) => name));
  for (const { name, lines, differs } of results) {
    assert.equal(differs, undefined, `${where}, ${name}, line ${differs?.line}:\nwanted ${differs?.wanted}\ngot    ${differs?.got}`);
    assert.ok(lines > 0, `${name} has no lines`);
  }
  console.log(`Chromium, ${where}: ${results.length} vectors, ${results.reduce((sum, { lines }) => sum + lines, 0)} lines, all bytes equal`);
}

/** Returns the pages with their scripts, as a bundler makes them of the package's entry points. */
async function bundled() {
  const folder = join(web, "test/pages");
  const names = await readdir(folder);
  const { outputFiles } = await build({
    entryPoints: [...names.filter((name) => /\.jsx?$/.test(name)).map((name) => join(folder, name)), join(web, "dist/service.js")],
    bundle: true, splitting: false, write: false, outdir: "/pages", format: "esm", target: "es2022", jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' }, logLevel: "error",
  });
  const files = new Map(outputFiles.map(({ path, text }) => ["/pages/" + basename(path), text]));
  for (const name of names) if (name.endsWith(".html")) files.set("/pages/" + name, await readFile(join(folder, name), "utf8"));
  return files;
}
