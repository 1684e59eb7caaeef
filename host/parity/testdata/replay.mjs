// This file has Node decide the sessions of parity_test.go: one job a line on stdin,
// as the test writes them, bytes in base64.

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { load, HoldfastError } = await import(pathToFileURL(process.argv[2]));
const engine = await load();
const bytes = (base64) => (base64 ? new Uint8Array(Buffer.from(base64, "base64")) : new Uint8Array());

/** Returns an answer, or the error in the words the test uses. */
function said(call) {
  try {
    return Buffer.from(call());
  } catch (e) {
    if (!(e instanceof HoldfastError)) throw e;
    return Buffer.from(`error ${e.code} ${e.path} ${e.message}`);
  }
}

function expect(job, what, wanted, got) {
  if (Buffer.compare(Buffer.from(wanted), got) !== 0) {
    console.log(`seed ${job.seed}, ${what}:\nwanted ${Buffer.from(wanted)}\ngot    ${got}`);
    process.exit(1);
  }
}

let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  count++;
  if (!job.lines) {
    try {
      engine.bundle(bytes(job.bundle));
      console.log(`seed ${job.seed}: loaded, and native refused it`);
      process.exit(1);
    } catch (e) {
      if (!(e instanceof HoldfastError)) throw e;
    }
    continue;
  }
  const bundle = engine.bundle(bytes(job.bundle));
  const session = bundle.open("parity");
  job.lines.forEach((p, i) => expect(job, `line ${i + 1}`, bytes(job.answers[i]), said(() => session.decide(bytes(p)).bytes)));
  expect(job, "snapshot", bytes(job.snapshot), said(() => session.snapshot()));
  session.close();
  bundle.close();
}
console.log(`${count} sessions, all bytes equal`);
