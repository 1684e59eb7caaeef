// This file tests the command play.js: its lines, its times, its files, its exit status.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "../dist/index.js";
import { catalogOf, enter, gate, start } from "./support/gate.mjs";

const command = fileURLToPath(new URL("../dist/play.js", import.meta.url));
const toTask = '{"action":"enter","actor":{"kind":"user"},"args":{"to":"task","drift":3}}';
const toChat = toTask.replace("task", "chat");
let folder, bundlePath, catalogPath, engine;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-play-"));
  engine = await load();
  bundlePath = join(folder, "gate.json");
  catalogPath = join(folder, "gates.json");
  await writeFile(bundlePath, engine.canon(gate));
  await writeFile(catalogPath, engine.canon(catalogOf(engine)));
});

after(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

test("a line is answered with the decision's exact bytes", async () => {
  const session = engine.bundle(gate).open("play");
  const complete = (line, at) => session.decide(engine.complete(line, at)).text;
  const { status, out } = await play([bundlePath], `${toTask}\n${toChat}\n`);
  assert.equal(status, 0);
  assert.equal(out, `${complete(toTask, start)}\n${complete(toChat, start + 1000)}\n`);
  session.close();
});

test("every line that is not blank takes a second, decided or not, and the last needs no end", async () => {
  const { out } = await play(
    [bundlePath],
    `\n${toTask}\r\n \t\r\nnonsense\n{"action":"entr","actor":{"kind":"user"}}\n\n${toChat}`,
  );
  const lines = out.split("\n");
  assert.equal(lines.pop(), "");
  const documents = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    documents.map(({ at, error }) => at ?? error.code),
    [start, "json/syntax", "proposal/action", start + 3000],
  );
  const { code, message, path } = documents[2].error;
  assert.equal(lines[2], JSON.stringify({ error: { code, message, path } }));
  assert.equal(path, "action");
});

test("what a line says itself is left as it is", async () => {
  const { out } = await play(
    [bundlePath],
    JSON.stringify({ ...enter("task", 50), reasons: ["urgency"] }) + "\n" + toChat + "\n",
  );
  const [first, second] = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual([first.at, first.actor.id, first.reasons], [start + 50_000, "u1", ["urgency"]]);
  assert.equal(second.error.code, "proposal/earlier");
});

test("bytes reach the module as they are", async () => {
  const bad = Buffer.concat([Buffer.from('{"action":"'), Buffer.of(0xff), Buffer.from('"}\n')]);
  const { status, out } = await play(
    [bundlePath],
    Buffer.concat([bad, Buffer.from('{"a":1,"a":2}\n"\\ud800"\n\ufeff{}\n'), Buffer.from("x".repeat(70_000) + "\n")]),
  );
  assert.equal(status, 0);
  assert.deepEqual(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).error.code),
    ["json/invalid-utf8", "json/duplicate-key", "json/lone-surrogate", "json/syntax", "limit/proposal"],
  );
});

test("a session is saved and gone on with, at a later time", async () => {
  const saved = join(folder, "saved.json");
  const whole = await play([bundlePath], `${toTask}\n${toChat}\n${toTask}\n`);
  const first = await play([bundlePath, "--save", saved], `${toTask}\n`);
  const snapshot = await readFile(saved);
  assert.deepEqual(Buffer.from(engine.canon(snapshot)), snapshot);
  const second = await play([bundlePath, "--state", saved, "--save", saved], `${toChat}\n${toTask}\n`);
  assert.deepEqual([first.status, second.status], [0, 0]);
  assert.equal(first.out + second.out, whole.out);
  assert.equal(JSON.parse(await readFile(saved, "utf8")).seq, 3);
});

test("an empty input decides nothing and saves the beginning", async () => {
  const saved = join(folder, "empty.json");
  const { status, out } = await play([bundlePath, "--save", saved], "");
  assert.deepEqual([status, out], [0, ""]);
  const { session, seq } = JSON.parse(await readFile(saved, "utf8"));
  assert.deepEqual([session, seq], ["play", 0]);
});

test("a catalog's point is played", async () => {
  const drift6 = toTask.replace("3", "6");
  const strict = await play([`${catalogPath}#class=1,room=a`], drift6);
  assert.equal(JSON.parse(strict.out).verdict, "reject");
  const loose = await play([`${catalogPath}#room=a,class=2`], drift6);
  assert.equal(JSON.parse(loose.out).verdict, "commit");
});

test("an answer does not wait for the next line", async () => {
  const child = spawn(process.execPath, [command, bundlePath], { stdio: ["pipe", "pipe", "inherit"] });
  for (const line of [toTask, toChat]) {
    const half = line.length >> 1;
    child.stdin.write(line.slice(0, half));
    child.stdin.write(line.slice(half) + "\n");
    const [answer] = await once(child.stdout, "data");
    assert.equal(JSON.parse(answer).verdict, "commit");
  }
  child.stdin.end();
  const [status] = await once(child, "exit");
  assert.equal(status, 0);
});

test("a reader who leaves early is no failure", async () => {
  const child = spawn(process.execPath, [command, bundlePath], { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (data) => (complaint += data));
  child.stdin.on("error", () => {});
  child.stdout.once("data", () => child.stdout.destroy());
  const feed = setInterval(() => child.stdin.write(`${toTask}\n`), 5);
  const [status] = await once(child, "exit");
  clearInterval(feed);
  assert.deepEqual([status, complaint], [0, ""]);
});

test("what cannot be played ends with status 2 and says why", async () => {
  const broken = join(folder, "broken.json");
  await writeFile(broken, JSON.stringify({ ...gate, actions: { enter: { set: { mod: "1" }, by: ["nobody"] } } }));
  const cases = [
    [[], /one BUNDLE is needed\nusage: /],
    [[bundlePath, bundlePath], /one BUNDLE is needed/],
    [[bundlePath, "--stat", "x"], /--stat/],
    [["/no/such/file.json"], /no such file/],
    [[broken], /^.*broken\.json: \/actions\/enter\S*: .* \(\S+\/\S+\)\n.*broken\.json: /],
    [[catalogPath], /gates\.json: /],
    [[`${bundlePath}#class=1`], /gate\.json#class=1: /],
    [[`${catalogPath}#class=1,room=z`], /No bundle .* \(stall\)/],
    [[`${catalogPath}#class=2`], /2 bundles match .* \(stall\)/],
    [[`${catalogPath}#class=2,room`], /part=value/],
    [[bundlePath, "--state", "/no/such/state.json"], /no such file/],
    [[bundlePath, "--state", bundlePath], /gate\.json: .*\(session\/snapshot\)/],
    [[bundlePath, "--save", "/no/such/folder/state.json"], /no such file/],
  ];
  for (const [args, reason] of cases) {
    const { status, out, complaint } = await play(args, "");
    assert.deepEqual([status, out], [2, ""], args.join(" "));
    assert.match(complaint, reason);
    assert.doesNotMatch(complaint, /\n {4}at /, "a stack is not an explanation");
  }
});

async function play(args, input) {
  const child = spawn(process.execPath, [command, ...args]);
  let [out, complaint] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (data) => (out += data));
  child.stderr.setEncoding("utf8").on("data", (data) => (complaint += data));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [status] = await once(child, "close");
  return { status, out, complaint };
}
