// This file serves what browsers are tested with: the golden vectors, and the pages in
// test/pages/, under the policies that a page needs.

import { once } from "node:events";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { gate } from "./gate.mjs";
import { moduleBytes } from "./module.mjs";
import { allVectors } from "./vectors.mjs";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
};
const policies = {
  "/": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  "/no-wasm": "default-src 'self'; script-src 'self'",
};
const web = fileURLToPath(new URL("../../", import.meta.url));
export const vectors = allVectors();
export const module = moduleBytes(); // read once, so that a build at the same time changes nothing
const pages = await bundled();

export const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const send = (type, body, policy = policies["/"]) =>
    response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(body);
  if (pathname === "/favicon.ico") return response.writeHead(204).end();
  if (pathname in policies)
    return send(
      "text/html",
      '<!doctype html><meta charset="utf-8"><script type="module" src="/test/support/page.mjs"></script>',
      policies[pathname],
    );
  if (pathname === "/vectors.json") return send("application/json", JSON.stringify(vectors.map(({ name }) => name)));
  if (pathname === "/pages/mode.json") return send("application/json", JSON.stringify(gate));
  if (pathname.startsWith("/pages/") && pages.has(pathname)) return send(types[extname(pathname)], pages.get(pathname));
  if (pathname === "/dist/module/holdfast.wasm" || pathname === "/pages/holdfast.wasm")
    return send("application/wasm", module);
  const [, name, file] = /^\/golden\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  if (name !== undefined)
    return send("application/octet-stream", await vectors.find((vector) => vector.name === name).read(file));
  const body = /^\/(dist|test\/support)\/[\w./]+$/.test(pathname)
    ? await readFile(join(web, pathname)).catch(() => undefined)
    : undefined;
  return body === undefined
    ? response.writeHead(404).end()
    : send(types[extname(pathname)] ?? "application/octet-stream", body);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
export const origin = `http://127.0.0.1:${server.address().port}`;

/** Returns the pages with their scripts, as a bundler makes them of the package's entry points. */
async function bundled() {
  const folder = join(web, "test/pages");
  const names = await readdir(folder);
  const { outputFiles } = await build({
    entryPoints: [
      ...names.filter((name) => /\.jsx?$/.test(name)).map((name) => join(folder, name)),
      join(web, "dist/worker/service.js"),
    ],
    bundle: true,
    splitting: false,
    external: ["./inline.js"],
    write: false,
    outdir: "/pages",
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  const files = new Map(outputFiles.map(({ path, text }) => ["/pages/" + basename(path), text]));
  for (const name of names)
    if (name.endsWith(".html")) files.set("/pages/" + name, await readFile(join(folder, name), "utf8"));
  return files;
}
