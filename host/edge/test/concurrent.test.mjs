// This file has many clients propose at once through two workers, in isolates of their own, to the one
// object of a session, and ends workerd in between. No decision is lost, doubled or forked.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { start } from "./rig.mjs";

const folder = mkdtempSync(join(tmpdir(), "holdfast-edge-many-"));
let worker;
before(async () => {
  worker = await start({ data: join(folder, "data"), second: true });
  await worker.ask("POST", "/v1/sessions", { session: "many", bundle: "checkout@1.0.0" });
});
after(async () => {
  await worker?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const session = "/v1/sessions/many";
const add = { action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: "mug", count: 1 } };
const bases = () => [worker.url, worker.second];

/** Holds the log to what was answered: each key's decision is in it once, and it is one chain. */
async function compare(answered) {
  const log = (await worker.ask("GET", `${session}/decisions`)).text.split("\n").slice(0, -1);
  const places = new Map();
  for (const [key, text] of answered) {
    const { seq } = JSON.parse(text);
    assert.equal(log[seq - 1], text, `${key} was answered with decision ${seq}`);
    assert.equal(places.get(seq), undefined, `decision ${seq} was given to ${key} and to ${places.get(seq)}`);
    places.set(seq, key);
  }
  log.forEach((line, n) => assert.equal(JSON.parse(line).seq, n + 1));
  assert.equal((await worker.ask("POST", `${session}/verify`)).json().same, true);
  return log.length;
}

test("through two isolates, each proposal gets a decision of its own", async () => {
  const answered = new Map();
  await Promise.all(
    Array.from({ length: 16 }, async (_, client) => {
      for (let n = 0; n < 10; n++) {
        const key = `c${client}-${n}`;
        const { status, text } = await worker.ask(
          "POST",
          `${session}/decisions`,
          add,
          { "Idempotency-Key": key },
          bases()[(client + n) % 2],
        );
        assert.equal(status, 201, text);
        answered.set(key, text);
      }
    }),
  );
  assert.equal(await compare(answered), 160);
});

test("a client that asks two workers for the same at once gets one decision", async () => {
  for (let n = 0; n < 10; n++) {
    const answers = await Promise.all(
      bases().map((base) => worker.ask("POST", `${session}/decisions`, add, { "Idempotency-Key": `both-${n}` }, base)),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 201]);
    assert.equal(answers[0].text, answers[1].text);
  }
});

test("a client that has seen one state wins once with it, whichever worker it asks", async () => {
  const { seq } = (await worker.ask("GET", session)).json();
  const other = (n) => ({ ...add, actor: { kind: "shopper", id: `rival-${n}` }, seq });
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => worker.ask("POST", `${session}/decisions`, other(n), {}, bases()[n % 2])),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409, 409, 409]);
});

test("a listener through the other worker hears every decision once, in order", async () => {
  const { seq } = (await worker.ask("GET", session)).json();
  const control = new AbortController();
  const response = await fetch(`${worker.second}${session}/events?after=${seq}`, { signal: control.signal });
  const proposing = Promise.all(Array.from({ length: 20 }, () => worker.ask("POST", `${session}/decisions`, add)));
  let heard = "";
  const ids = () => [...heard.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  for await (const chunk of response.body) {
    heard += Buffer.from(chunk).toString();
    if (ids().length >= 20) break;
  }
  control.abort();
  await proposing;
  assert.deepEqual(
    ids(),
    Array.from({ length: 20 }, (_, n) => seq + 1 + n),
  );
});

test("workerd is killed under load: what was answered stays, and what is sent again is decided once", async () => {
  const answered = new Map();
  const left = Array.from({ length: 120 }, (_, n) => `k${n}`);
  const { seq: had } = (await worker.ask("GET", session)).json();
  const client = async (n) => {
    for (;;) {
      const key = left.pop();
      if (key === undefined) return;
      try {
        const { status, text } = await worker.ask(
          "POST",
          `${session}/decisions`,
          add,
          { "Idempotency-Key": key },
          bases()[n % 2],
        );
        assert.ok(status === 200 || status === 201, `${status} ${text}`);
        answered.set(key, text);
      } catch (thrown) {
        if (thrown instanceof assert.AssertionError) throw thrown;
        left.push(key); // no answer: nobody knows, so it is sent again
        return;
      }
    }
  };
  for (let round = 0; round < 4; round++) {
    const clients = Array.from({ length: 8 }, (_, n) => client(n));
    if (round < 3) {
      await new Promise((resolve) => setTimeout(resolve, 60 + 40 * round));
      await worker.kill();
    }
    await Promise.all(clients);
    if (round < 3) worker = await start({ data: worker.data, second: true });
  }
  assert.equal(answered.size, 120);
  assert.equal(await compare(answered), had + 120);
});
