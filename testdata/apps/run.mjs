// This file builds and serves the applications in this folder as their tools do it with nothing
// configured, opens each in Chromium, and looks whether the module is loaded and a control gated:
//
//	node testdata/apps/run.mjs            all of them
//	node testdata/apps/run.mjs vite-8     those whose name has this in it
//
// The package is installed as registries would hand it out (npm pack), and where it says so as a folder
// (npm install PATH). dist/apps/ keeps what was installed. Before it: ./build.sh. CHROMIUM names the browser.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));
const web = join(here, "../../web");
const made = join(here, "../../dist/apps");
const { chromium } = createRequire(join(web, "package.json"))("playwright-core");
const quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--silent"];
const npm = (cwd, ...args) => run("npm", [...args, ...quiet], { cwd, maxBuffer: 1 << 26 });

/** Returns a folder with an application, its tools and the package in it. */
async function installed(app, { linked = false, tools = {} } = {}) {
  const name = [app, ...Object.values(tools), linked ? "linked" : "packed"].join("-");
  const folder = join(made, name);
  await mkdir(folder, { recursive: true });
  const manifest = JSON.parse(await readFile(join(here, app, "package.json"), "utf8"));
  Object.assign(manifest.devDependencies ?? {}, tools);
  const wanted = JSON.stringify(manifest, null, 2);
  const had = await readFile(join(folder, "package.json"), "utf8").catch(() => "");
  await cp(join(here, app), folder, { recursive: true });
  for (const file of ["page.js", "main.js"]) await cp(join(here, file), join(folder, file));
  await writeFile(join(folder, "package.json"), wanted);
  if (had !== wanted) await npm(folder, "install");
  // Whatever is kept between runs is of the package that was there before.
  for (const kept of ["node_modules/.vite", "node_modules/@holdfast", ".next", "out"])
    await rm(join(folder, kept), { recursive: true, force: true });
  await npm(folder, "install", "--no-save", linked ? web : await tarball());
  return folder;
}

let packed;
async function pack() {
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", made], { cwd: web });
  return join(made, stdout.trim());
}
const tarball = () => (packed ??= pack());

/** A tool of an application's own. */
const toolOf = (folder, name) => {
  const require = createRequire(join(folder, "package.json"));
  const { exports = {}, main = "index.js" } = require(join(folder, "node_modules", name, "package.json"));
  const entry = exports["."]?.import?.default ?? exports["."]?.import ?? exports["."]?.default ?? exports["."] ?? main;
  return import(pathToFileURL(join(folder, "node_modules", name, typeof entry === "string" ? entry : main)).href);
};

const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/**
 * Serves a folder, but for what `without` matches. With `page`, what is not there is answered with the
 * page, and success, as servers for one page do.
 */
async function serve(folder, { page = false, without } = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    if (path === "/favicon.ico") return response.writeHead(204).end();
    const body = without?.test(path) ? undefined : await readFile(join(folder, path)).catch(() => undefined);
    const send = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
    if (body !== undefined) return send(types[extname(path)] ?? "application/octet-stream", body);
    if (page) return send("text/html", await readFile(join(folder, "index.html")));
    response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return of(server);
}

/** Where a server is, and its end. */
const of = (server) => ({
  url: `http://127.0.0.1:${server.address().port}/`,
  stop: () => (server.closeAllConnections(), server.close()),
});

async function vite(folder, how) {
  const tool = await toolOf(folder, "vite");
  const options = { root: folder, logLevel: "error", configFile: false, clearScreen: false };
  if (how === "dev") {
    const server = await tool.createServer({ ...options, server: { host: "127.0.0.1", port: 0 } });
    await server.listen();
    return { ...of(server.httpServer), stop: () => server.close() };
  }
  await tool.build(options);
  const server = await tool.preview({ ...options, preview: { host: "127.0.0.1", port: 0 } });
  return of(server.httpServer);
}

async function webpack(folder, mode) {
  const { default: tool } = await toolOf(folder, "webpack");
  const output = { path: join(folder, "out"), publicPath: "/out/" };
  const stats = await promisify(tool)({ context: folder, mode, entry: "./main.js", output, performance: false });
  assert.equal(stats.hasErrors() || stats.hasWarnings(), false, stats.toString("errors-warnings"));
  return serve(folder);
}

async function esbuild(folder, options) {
  const { default: tool } = await toolOf(folder, "esbuild");
  const usual = { absWorkingDir: folder, entryPoints: ["main.js"], bundle: true, outdir: "out", logLevel: "error" };
  await tool.build({ ...usual, ...options });
  return serve(folder);
}

async function next(folder, how, bundler) {
  const bin = join(folder, "node_modules/next/dist/bin/next");
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: how === "dev" ? "development" : "production" };
  const node = process.execPath;
  if (how === "build")
    await run(node, [bin, "build", bundler], { cwd: folder, env, maxBuffer: 1 << 26 }).catch((error) =>
      assert.fail(`${error.stdout}\n${error.stderr}`),
    );
  const args = [bin, ...(how === "dev" ? ["dev", bundler] : ["start"]), "--port", "0", "--hostname", "127.0.0.1"];
  const child = spawn(node, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const url = await new Promise((resolve, reject) => {
    let said = "";
    const hear = (text) => {
      said += text;
      const [, url] = /Local:\s+(http:\S+)/.exec(said) ?? [];
      if (url !== undefined && /Ready in/.test(said)) resolve(`${url}/`);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", hear);
    child.on("exit", () => reject(new Error(said)));
  });
  return { url, stop: () => process.kill(-child.pid, "SIGKILL") };
}

/** What there is: its name, and what makes it. */
const apps = {};
apps.static = async () => serve(await installed("static"));
apps["static, without the wasm file"] = async () => serve(await installed("static"), { without: /\.wasm$/ });
apps["static, with a page for it"] = async () => serve(await installed("static"), { without: /\.wasm$/, page: true });
for (const version of ["5.4.21", "6.4.6", "7.3.8", "8.4.0"])
  for (const linked of [false, true])
    for (const how of ["dev", "build"]) {
      const name = `vite-${version[0]} ${how}${linked ? ", linked" : ""}`;
      apps[name] = async () => vite(await installed("vite", { linked, tools: { vite: version } }), how);
    }
for (const mode of ["development", "production"])
  for (const linked of [false, true]) {
    const name = `webpack ${mode}${linked ? ", linked" : ""}`;
    apps[name] = async () => webpack(await installed("webpack", { linked }), mode);
  }
apps.esbuild = async () => esbuild(await installed("esbuild"), { format: "esm" });
apps["esbuild in chunks"] = async () => esbuild(await installed("esbuild"), { format: "esm", splitting: true });
apps["esbuild minified"] = async () => esbuild(await installed("esbuild"), { format: "esm", minify: true });
apps["esbuild as a script"] = async () => esbuild(await installed("esbuild"), {});
for (const how of ["dev", "build"])
  for (const bundler of ["--turbopack", "--webpack"])
    apps[`next ${how} ${bundler}`] = async () => next(await installed("next"), how, bundler);

/** Opens a page and uses it as a person does. */
async function drive(browser, url, digest) {
  const page = await browser.newPage();
  const wrong = [];
  const asked = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("response", (response) => asked.push(`${response.status()} ${new URL(response.url()).pathname}`));
  try {
    await page.goto(url, { timeout: 300_000 }); // a development server builds it now
    await page.waitForFunction(() => window.outcome !== undefined, undefined, { timeout: 120_000 });
    const outcome = await page.evaluate(() => window.outcome);
    assert.equal(outcome.error, undefined, `${outcome.error}\n${asked.join("\n")}`);
    assert.deepEqual([outcome.digest, typeof outcome.worker], [digest, "string"]);
    const server = await page.$("output");
    if (server !== null) assert.deepEqual(JSON.parse(await server.textContent()), { digest });
    const shut = () => page.getAttribute("#enter", "aria-disabled");
    assert.equal(await shut(), "true");
    await page.click("#unlock");
    await page.waitForFunction(() => document.querySelector("#enter").getAttribute("aria-disabled") === "false");
    assert.deepEqual(wrong, []);
    return asked.filter((line) => /wasm|inline|packed/.test(line));
  } finally {
    await page.close();
  }
}

const wanted = process.argv.slice(2);
const digest =
  "sha256:" +
  createHash("sha256")
    .update(await readFile(join(web, "dist/module/holdfast.wasm")))
    .digest("hex");
await mkdir(made, { recursive: true });
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
for (const [name, make] of Object.entries(apps)) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  let app;
  try {
    app = await make();
    const asked = await drive(browser, app.url, digest);
    console.log(`${name}: loaded and gated${process.env.VERBOSE === undefined ? "" : `\n  ${asked.join("\n  ")}`}`);
  } catch (error) {
    console.error(`${name} FAILS: ${error.stack ?? error}`);
    process.exitCode = 1;
  } finally {
    await app?.stop();
  }
}
await browser.close();
process.exit();
