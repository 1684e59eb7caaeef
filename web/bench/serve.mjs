// This file serves the benchmark page, to people with npm run bench:page and to chromium.mjs. Two headers
// isolate its pages, which gives them a clock of 5 µs.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../", import.meta.url));
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".json": "application/json",
};
const served = /^\/(dist|bench\/page|bench\/opa|bench\/node_modules|bench\/(contest|table)\.mjs$)/;

/** Starts the server; returns its origin and what ends it. */
export async function serve(port = 0) {
  const server = createServer(async ({ url }, response) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    if (pathname === "/") return response.writeHead(302, { location: "/bench/page/" }).end();
    const path = normalize(decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    const body = served.test(path) ? await readFile(join(web, path)).catch(() => undefined) : undefined;
    if (body === undefined) return response.writeHead(404).end();
    const headers = {
      "content-type": types[extname(path)] ?? "application/octet-stream",
      "cache-control": "no-store",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    };
    response
      .writeHead(200, headers)
      .end(searchParams.has("salt") ? Buffer.concat([body, section(searchParams.get("salt"))]) : body);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/**
 * A section that a module may end with and nothing reads: with another name it is another module, which no browser has
 * compiled before.
 */
function section(name) {
  const text = Buffer.from(name.slice(0, 100));
  return Buffer.from([0, text.length + 1, text.length, ...text]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await serve(Number(process.env.PORT ?? 8181));
  console.log(`the benchmark page: ${origin}/   (Ctrl-C ends it)`);
}
