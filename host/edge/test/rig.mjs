// This file defines start, which runs the worker in workerd on a free port of this machine.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const top = fileURLToPath(new URL("../../..", import.meta.url));
export const read = (path, encoding = "utf8") => readFileSync(join(top, path), encoding);
export const workerd = fileURLToPath(new URL("../node_modules/workerd/bin/workerd", import.meta.url));
export const holdfast = join(top, "dist/holdfast");

export const trusting = "development only: everyone is believed";
const believing = { HOLDFAST_TRUSTING: trusting, HOLDFAST_RATE: "-1" };

export const built = {
  "holdfast.js": "dist/edge/holdfast.js",
  "holdfast.wasm": "dist/edge/holdfast.wasm",
  "program.wasm": "dist/edge/program.wasm",
  "checkout.json": "testdata/golden/checkout/bundle.json",
};
const kinds = { js: "esModule", mjs: "esModule", wasm: "wasm", json: "text" };

/** Starts the worker of probe.js, in one file with what it imports of the SDK. */
export function probe(options) {
  const bundled = execFileSync(join(top, "web/node_modules/.bin/esbuild"), [
    join(top, "host/edge/test/probe.js"),
    "--bundle",
    "--format=esm",
    "--external:*.wasm",
    "--external:./checkout.json",
  ]);
  const { "holdfast.wasm": module, "checkout.json": checkout } = built;
  return start({
    modules: { "probe.js": bundled, "holdfast.wasm": module, "checkout.json": checkout },
    objects: [],
    ...options,
  });
}

/** Returns the modules of an example, bundled as wrangler does: one file, and the WebAssembly beside it. */
export function example(name) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-edge-example-"));
  const aliases = {
    "@holdfast/web/edge": "web/dist/edge.js",
    "@holdfast/edge": "dist/edge/holdfast.js",
    "@holdfast/edge/holdfast.wasm": "dist/edge/holdfast.wasm",
    "@holdfast/edge/program.wasm": "dist/edge/program.wasm",
  };
  execFileSync(join(top, "web/node_modules/.bin/esbuild"), [
    join(top, "host/edge/example", name, mainOf(name)),
    "--bundle",
    "--format=esm",
    "--external:cloudflare:workers",
    "--loader:.wasm=copy",
    "--asset-names=[name]",
    ...Object.entries(aliases).map(([from, to]) => `--alias:${from}=${join(top, to)}`),
    `--outfile=${join(folder, "worker.js")}`,
    "--log-level=error",
  ]);
  const modules = Object.fromEntries(
    readdirSync(folder)
      .sort((a) => (a === "worker.js" ? -1 : 1))
      .map((file) => [file, readFileSync(join(folder, file))]),
  );
  rmSync(folder, { recursive: true });
  return modules;
}

/** Returns what wrangler.jsonc of an example says: JSON with comments to the end of a line. */
export const configuration = (name) =>
  JSON.parse(read(`host/edge/example/${name}/wrangler.jsonc`).replace(/^\s*\/\/.*$|(?<=[,}\]"]) \/\/.*$/gm, ""));

/** Returns the main module of an example. */
export const mainOf = (name) => configuration(name).main;

/**
 * Starts the worker. modules are files by the name they are imported by, main first; vars are the worker's
 * variables; data is the folder of the objects' storage, and stays; limit is how many KiB a file may grow to;
 * objects are the classes of objects, each bound by its name in capitals; second runs another worker on them;
 * port is where it listens, any that is free when left out.
 */
export async function start({
  modules = {
    "worker.js": "host/edge/test/worker.js",
    "clock.js": "host/edge/test/clock.js",
    "scope.js": "host/edge/test/scope.js",
    "timers.js": "host/edge/test/timers.js",
    ...built,
  },
  vars = believing,
  data,
  limit,
  objects = ["Holdfast"],
  second = false,
  services = [],
  bindings = [],
  port: fixed = 0,
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-edge-"));
  const storage = data ?? join(folder, "data");
  mkdirSync(storage, { recursive: true });
  const text = JSON.stringify;
  const files = Object.entries(modules).map(([name, path]) => {
    const copy = join(folder, name);
    mkdirSync(dirname(copy), { recursive: true });
    // capnp embeds what is beside it.
    writeFileSync(copy, path instanceof Uint8Array ? path : readFileSync(join(top, path)));
    return `(name = ${text(name)}, ${kinds[name.split(".").at(-1)]} = embed ${text(relative(folder, copy))})`;
  });
  const secondSocket = ', (name = "second", address = "127.0.0.1:0", http = (), service = "second")';
  const object = (name) => `(className = ${text(name)}, uniqueKey = ${text(name.toLowerCase())}, enableSql = true)`;
  bindings = [
    ...objects.map((name) => `(name = ${text(name.toUpperCase())}, durableObjectNamespace = ${text(name)})`),
    ...bindings,
  ];
  const bound = Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`);
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private", "public"])),
    (name = "disk", disk = (path = ${text(storage)}, writable = true)),
    (name = "assets", disk = (path = ${text(join(top, "dist/edge/assets"))})),
    ${second ? '(name = "second", worker = .second),' : ""}
    ${services.join(", ")}
  ],
  sockets = [(name = "main", address = "127.0.0.1:${fixed}", http = (), service = "main")${second ? secondSocket : ""}],
);
const second :Workerd.Worker = (
  modules = [${files.join(", ")}],
  compatibilityDate = "2026-05-01",
  bindings = [(name = "HOLDFAST", durableObjectNamespace = (className = "Holdfast", serviceName = "main"))],
);
const worker :Workerd.Worker = (
  modules = [${files.join(", ")}],
  compatibilityDate = "2026-05-01",
  bindings = [(name = "ASSETS", service = "assets"), ${[...bound, ...bindings].join(", ")}],
  durableObjectNamespaces = [${objects.map(object).join(", ")}],
  ${objects.length > 0 ? 'durableObjectStorage = (localDisk = "disk"),' : ""}
);
`,
  );
  const args = ["serve", join(folder, "config.capnp"), "--control-fd=3"];
  // A signal that is ignored stays so: a file that may not grow is then an error, and not the end.
  const child =
    limit === undefined
      ? spawn(workerd, args, { stdio: ["ignore", "pipe", "pipe", "pipe"] })
      : spawn("bash", ["-c", `trap '' XFSZ; ulimit -f ${limit}; exec "$0" "$@"`, workerd, ...args], {
          stdio: ["ignore", "pipe", "pipe", "pipe"],
        });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => log.push(String(chunk)));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const [port, other] = await new Promise((resolve, reject) => {
    let heard = "";
    child.stdio[3].on("data", (chunk) => {
      heard += chunk;
      const ports = ["main", "second"].map(
        (socket) => new RegExp(`"socket":"${socket}"[^\n]*"port":(\\d+)`).exec(heard)?.[1],
      );
      if (ports[0] && (ports[1] || !second)) resolve(ports);
    });
    ended.then((code) => reject(new Error(`workerd ended with ${code}: ${log.join("")}`)));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    /** The same objects, through a worker of its own: another isolate. */
    second: `http://127.0.0.1:${other}`,
    data: storage,
    pid: child.pid,
    log: () => log.join(""),
    /** Sends a request; a body that is no text is sent as JSON. */
    async ask(method, path, body, headers = {}, base = url) {
      const response = await fetch(base + path, {
        method,
        body:
          body === undefined ? undefined : typeof body === "string" || body instanceof Uint8Array ? body : text(body),
        headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
        redirect: "manual",
      });
      const answer = await response.text();
      return { status: response.status, headers: response.headers, text: answer, json: () => JSON.parse(answer) };
    },
    /** Ends workerd, as a power cut would. */
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Opens a WebSocket as no browser can: with any headers. Resolves to { status, headers, heard, next, say, end }:
 * heard are the texts that came, next resolves with one more, closed with the code and reason at the end.
 */
export function listen(url, headers = {}) {
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let bytes = Buffer.alloc(0);
    let open = false;
    const heard = [];
    const waiting = [];
    let taken = 0;
    let finish;
    const closed = new Promise((resolve) => (finish = resolve));
    const frame = (op, data = Buffer.alloc(0)) => {
      const mask = Buffer.from([1, 2, 3, 4]);
      socket.write(
        Buffer.concat([Buffer.from([0x80 | op, 0x80 | data.length]), mask, data.map((byte, i) => byte ^ mask[i % 4])]),
      );
    };
    const settle = () => {
      while (waiting.length > 0 && taken < heard.length) waiting.shift()(heard[taken++]);
    };
    const frames = () => {
      while (bytes.length >= 2) {
        let [size, at] = [bytes[1] & 127, 2];
        if (size === 126) [size, at] = [bytes.length < 4 ? Infinity : bytes.readUInt16BE(2), 4];
        if (size === 127) [size, at] = [bytes.length < 10 ? Infinity : Number(bytes.readBigUInt64BE(2)), 10];
        if (bytes.length < at + size) return;
        const [op, data] = [bytes[0] & 15, bytes.subarray(at, at + size)];
        bytes = bytes.subarray(at + size);
        if (op === 1) heard.push(data.toString());
        if (op === 8) {
          finish({ code: data.length > 1 ? data.readUInt16BE(0) : 1005, reason: data.subarray(2).toString() });
          socket.end();
        }
        settle();
      }
    };
    socket.on("connect", () => {
      const lines = {
        Host: `${hostname}:${port}`,
        Upgrade: "websocket",
        Connection: "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AQIDBAUGBwgJCgsMDQ4PEA==",
        ...headers,
      };
      socket.write(
        `GET ${pathname}${search} HTTP/1.1\r\n${Object.entries(lines)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join("")}\r\n`,
      );
    });
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = open ? -1 : bytes.indexOf("\r\n\r\n");
      if (!open && end < 0) return;
      if (!open) {
        open = true;
        const [first, ...rest] = bytes.subarray(0, end).toString().split("\r\n");
        bytes = bytes.subarray(end + 4);
        const status = Number(first.split(" ")[1]);
        const answered = Object.fromEntries(
          rest.map((line) => [
            line.slice(0, line.indexOf(":")).toLowerCase(),
            line.slice(line.indexOf(":") + 1).trim(),
          ]),
        );
        const next = () => new Promise((resolve) => (waiting.push(resolve), settle()));
        resolve({
          status,
          headers: answered,
          heard,
          next,
          closed,
          say: (text) => frame(1, Buffer.from(text)),
          end: () => frame(8),
          drop: () => socket.destroy(),
        });
      }
      frames();
    });
    socket.on("error", reject).on("close", () => finish({ code: 1006, reason: "" }));
  });
}
