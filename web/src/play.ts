// This file is a command: node dist/play.js BUNDLE.json [--state F] [--save F] < proposals.jsonl
//
// BUNDLE.json is a built bundle, or a built catalog with a point of it, as in
// catalog.json#class=1,chapter=moon,element=air. A point's value is the one in the
// catalog's matrix that reads so: 1 is the number where the matrix has numbers.
// What a line is and what answers it is said in player.ts. --state begins with a
// snapshot, --save writes one when the input has ended.
//
// Exit status: 0 whatever was decided, since a refusal is a right answer; 2 when there
// was nothing to decide with (arguments, bundle, point, snapshot) or a file failed.

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Bundle } from "./module/bundle.js";
import type { Engine } from "./module/engine.js";
import { HoldfastError, messageOf } from "./documents/errors.js";
import { load } from "./module/load.js";
import { Player, sessionId } from "./module/player.js";

const usage = "usage: node play.js BUNDLE.json[#part=value,…] [--state FILE] [--save FILE] < proposals.jsonl";

/** A reason to exit with status 2. */
class Failure extends Error {}

async function main(): Promise<void> {
  const { target, state, save } = readArguments();
  const engine = await load();
  const bundle = await open(engine, target);
  const snapshot = state === undefined ? undefined : await readFile(state);
  const session = attempt(state ?? target, () =>
    snapshot === undefined ? bundle.open(sessionId) : bundle.restore(snapshot),
  );
  const player = new Player(engine, session);
  for await (const lines of chunksOfLines(process.stdin)) {
    const answers: Uint8Array[] = [];
    for (const line of lines) {
      const answer = player.answer(line);
      if (answer !== undefined) answers.push(answer, newline);
    }
    await print(Buffer.concat(answers));
  }
  if (save !== undefined) await writeFile(save, session.snapshot());
}

function readArguments(): { target: string; state: string | undefined; save: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { state: { type: "string" }, save: { type: "string" } },
    });
    const [target, ...rest] = positionals;
    if (target === undefined || rest.length > 0) throw new Failure("one BUNDLE is needed");
    return { target, state: values.state, save: values.save };
  } catch (thrown) {
    throw new Failure(`${messageOf(thrown)}\n${usage}`);
  }
}

async function open(engine: Engine, target: string): Promise<Bundle> {
  const [, path = target, point] = /^(.*)#([^#/]*=[^#]*)$/s.exec(target) ?? [];
  const document = await readFile(path);
  if (point === undefined) return attempt(path, () => engine.bundle(document));
  return attempt(target, () => {
    const catalog = engine.catalog(document);
    const { bundle, stall } = catalog.resolve(cursorOf(point, catalog.info.matrix ?? {}));
    if (bundle === undefined) throw new Failure(`${target}: ${stall.say} (stall)`);
    return bundle;
  });
}

function cursorOf(point: string, matrix: Readonly<Record<string, readonly unknown[]>>): Record<string, unknown> {
  const parts = point.split(",").map((part) => {
    const [, name, text] = /^([^=]+)=(.*)$/s.exec(part) ?? [];
    if (name === undefined || text === undefined)
      throw new Failure(`${point}: a point is written part=value,part=value`);
    const values = Object.hasOwn(matrix, name) ? matrix[name] : undefined;
    return [name, values?.find((value) => String(value) === text) ?? text] as const;
  });
  return Object.fromEntries(parts);
}

// Runs fn; what it says about a document becomes a failure that lists everything.
function attempt<T>(name: string, fn: () => T): T {
  try {
    return fn();
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    const list = thrown.errors.length > 0 ? thrown.errors : [thrown];
    throw new Failure(
      list
        .map(({ code, path, message }) => `${name}: ${path === "" ? "" : path + ": "}${message} (${code})`)
        .join("\n"),
    );
  }
}

const newline = Buffer.from("\n");

/** Yields the lines that each piece of a stream completes, so that none waits for the next piece. */
async function* chunksOfLines(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let begun: Buffer[] = [];
  for await (const chunk of stream) {
    const lines: Buffer[] = [];
    let from = 0;
    for (let to = chunk.indexOf(10); to >= 0; from = to + 1, to = chunk.indexOf(10, from)) {
      lines.push(Buffer.concat([...begun, chunk.subarray(from, to)]));
      begun = [];
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (begun.length > 0) yield [Buffer.concat(begun)];
}

function print(bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) =>
    process.stdout.write(bytes, (failed) => (failed ? reject(failed) : resolve())),
  );
}

// The reader of the output may have seen enough (`play … | head`).
process.stdout.on("error", (failed: NodeJS.ErrnoException) => {
  if (failed.code === "EPIPE") process.exit(0);
  throw failed;
});

main().catch((thrown: unknown) => {
  console.error(
    thrown instanceof Failure || thrown instanceof HoldfastError || (thrown instanceof Error && "syscall" in thrown)
      ? thrown.message
      : thrown,
  );
  process.exitCode = 2;
});
