// This file starts the real server for tests, and a proxy before it that does what
// networks and liars do.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

let built;

/** Returns the command holdfast, built once from this checkout; HOLDFAST names one that is there already. */
export function command() {
  const { HOLDFAST } = process.env;
  if (HOLDFAST !== undefined && existsSync(HOLDFAST)) return HOLDFAST;
  if (built === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-command-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    built = join(folder, "holdfast");
    execFileSync("go", ["build", "-o", built, "./host/cmd/holdfast"], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
  }
  return built;
}

/**
 * A server with a ledger of its own, and these bundles published. It decides natively, which starts faster; the bytes
 * are the same.
 */
export class Server {
  #folder = mkdtempSync(join(tmpdir(), "holdfast-server-"));
  #command = command();
  #process;
  #args;
  url;

  /** Starts a server; documents are bundles. It ends with the test. */
  static async start(t, documents, args = []) {
    const server = new Server();
    t.after(() => server.end());
    const files = documents.map((document, i) => {
      const path = join(server.#folder, `${i}.json`);
      writeFileSync(path, JSON.stringify(document));
      return path;
    });
    server.#args = [
      "serve",
      "--ledger",
      join(server.#folder, "ledger.db"),
      "--rate=-1",
      "--engine=native",
      "--listen",
      "127.0.0.1:0",
      ...args,
      ...files,
    ];
    await server.begin();
    return server;
  }

  /** Starts the process, again where it was killed. */
  async begin() {
    const child = (this.#process = spawn(this.#command, this.#args, { stdio: ["ignore", "ignore", "pipe"] }));
    process.once("exit", () => child.kill("SIGKILL")); // a test that was given up leaves nothing running
    let said = "";
    this.url = await new Promise((resolve, reject) => {
      child.stderr.setEncoding("utf8").on("data", (text) => {
        said += text;
        const [, url] = /msg=listening url=(\S+)/.exec(said) ?? [];
        if (url !== undefined) resolve(url);
      });
      child.on("exit", () => reject(new Error(`the server ended:\n${said}`)));
    });
  }

  /** Kills the process as a power failure does. */
  async kill() {
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await gone;
  }

  async end() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Asks the server itself, past any proxy. */
  async ask(path, body, headers = {}) {
    const response = await fetch(
      this.url + path,
      body === undefined
        ? { headers }
        : { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) },
    );
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Creates a session. */
  async create(session, bundle) {
    const { status, text } = await this.ask("/v1/sessions", { session, bundle });
    if (status !== 201) throw new Error(text);
  }

  /** Returns the log, one decision's text each. */
  async log(session) {
    return (await this.ask(`/v1/sessions/${session}/decisions`)).text.split("\n").slice(0, -1);
  }
}

/**
 * A proxy before a server. fault is called for each request with {method, path, headers, body, kind}, kind
 * being the last part of the path, and returns, or promises, what goes wrong with it, or nothing:
 *
 *	"refuse"            the connection breaks before the server hears of it
 *	"drop"              the server answers, and the connection breaks
 *	{delay: millis}     the answer comes late
 *	"twice"             the server is asked twice, and the second answer is passed on
 *	{status, body?}     the proxy answers by itself
 *	{map: text → text}  the answer is another one (a stream's, piece by piece; undefined breaks the connection)
 */
export class Proxy {
  fault = () => undefined;
  /** Requests so far, as fault got them. */
  seen = [];
  #server;
  #target;
  #sockets = new Set();
  url;

  static async start(t, server) {
    const proxy = new Proxy();
    proxy.#target = server;
    proxy.#server = createServer((request, response) => void proxy.#pass(request, response));
    proxy.#server.on("connection", (socket) => {
      proxy.#sockets.add(socket);
      socket.on("close", () => proxy.#sockets.delete(socket));
    });
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    proxy.url = `http://127.0.0.1:${proxy.#server.address().port}`;
    t.after(() => {
      proxy.#server.close();
      proxy.cut();
    });
    return proxy;
  }

  /** Breaks all connections. */
  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #pass(request, response) {
    const pieces = [];
    for await (const piece of request.on("error", () => undefined)) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const about = {
      method: request.method,
      path: request.url,
      headers: request.headers,
      body: body.toString(),
      kind: request.url.split("?")[0].split("/").at(-1),
    };
    this.seen.push(about);
    const fault = await this.fault(about);
    if (fault === "refuse") return request.socket.destroy();
    if (fault?.status !== undefined) return response.writeHead(fault.status, fault.headers).end(fault.body);
    try {
      if (fault === "twice") (await this.#forward(about, body)).resume();
      const answer = await this.#forward(about, body);
      if (fault === "drop") return request.socket.destroy(answer.resume());
      if (fault?.delay !== undefined) await new Promise((done) => setTimeout(done, fault.delay));
      const headers = { ...answer.headers };
      if (fault?.map !== undefined) delete headers["content-length"];
      response.writeHead(answer.statusCode, headers);
      response.flushHeaders();
      response.on("close", () => answer.destroy());
      for await (const piece of answer) {
        const text = fault?.map === undefined ? piece : fault.map(piece.toString());
        if (text === undefined) return request.socket.destroy();
        response.write(text);
      }
      response.end();
    } catch {
      request.socket.destroy();
    }
  }

  #forward({ method, path, headers }, body) {
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.#target.url);
      // The page is the proxy's, whose name the server does not know.
      const origin = headers.origin === undefined ? {} : { origin: url.origin };
      const forward = ask(url, { method, headers: { ...headers, host: url.host, ...origin }, agent: false }, resolve);
      forward.on("error", reject);
      forward.end(body);
    });
  }
}
