// This file tests the queue of waiting proposals: their order, whatever clocks say, and whose they are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue, nameOf, newKey } from "../dist/server/queue.js";
import { memoryStorage } from "./support/storage.mjs";

const ann = { server: "http://one.example", session: "s1", actor: { kind: "user", id: "ann" } };
const guess = { verdict: "commit", document: { at: 0 } };
const never = () => assert.fail("nothing was refused");
const untold = (error) => assert.fail(error.message);

const item = (name, actor, more = {}) => ({
  key: newKey(),
  action: name,
  actor,
  args: {},
  reasons: [],
  shown: "commit",
  at: 1,
  sent: false,
  ...more,
});
const queueOf = (storage, owner = ann, trouble = untold) => new Queue(storage, owner, trouble);
const namesIn = (storage) => Array.from({ length: storage.length }, (_, i) => storage.key(i)).sort();
const dump = (storage) => namesIn(storage).map((name) => [name, storage.getItem(name)]);

/** What a page that is loaded now finds. */
function found(storage, owner) {
  const queue = queueOf(storage, owner);
  queue.reload(never);
  return queue.entries.map(({ action }) => action);
}

/** The names that versions before this one have given. */
const formerName = ({ server, session, actor: { kind, id } }, millis, count, key) =>
  `holdfast ${server} ${session} ${kind}:${id} ` +
  `${String(millis).padStart(15, "0")}-${String(count).padStart(6, "0")}-${key}`;

const t0 = 1_767_225_600_000;
const clocks = {
  "runs on": (i) => t0 + i,
  "is set back with each": (i) => t0 - i * 10_000,
  "is set back once": (i) => (i < 3 ? t0 : t0 - 10_000),
  "jumps forward and back": (i) => t0 + (i % 2) * 3_600_000,
  "does not move": () => t0,
  "is at its beginning": (i) => 5 - i,
  "is before 1970": (i) => -t0 - i,
};

for (const [what, clock] of Object.entries(clocks))
  test(`proposals keep the order they were made in where the clock ${what}, also across tabs and reloads`, (t) => {
    const storage = memoryStorage();
    const { now } = Date;
    t.after(() => (Date.now = now));
    const tabs = [queueOf(storage), queueOf(storage)];
    const made = [];
    for (let i = 0; i < 12; i++) {
      Date.now = () => clock(i);
      const name = `p${i}`;
      made.push(name);
      if (i === 6) tabs[0] = queueOf(storage); // that page was loaded again
      tabs[i % 5 < 2 ? 0 : 1].add(item(name, ann.actor, { at: clock(i) }), guess);
    }
    for (const tab of tabs) {
      tab.reload(never);
      assert.deepEqual(
        tab.entries.map(({ action }) => action),
        made,
      );
    }
    assert.deepEqual(found(storage), made);
  });

test("the storage gives items in any order, and the queue's is the same", () => {
  const storage = memoryStorage();
  const queue = queueOf(storage);
  for (let i = 0; i < 40; i++) queue.add(item(`p${i}`, ann.actor), guess);
  const other = memoryStorage();
  for (const [name, text] of dump(storage).sort(() => Math.random() - 0.5)) other.setItem(name, text);
  assert.deepEqual(
    found(other),
    queue.entries.map(({ action }) => action),
  );
});

test("two tabs that add in the same instant agree on the order afterwards", () => {
  const storage = memoryStorage();
  const blind = {
    ...storage,
    get length() {
      return 0;
    },
  }; // what the other tab has written is not here yet
  const [a, b] = [queueOf(storage), queueOf(blind)];
  for (let i = 0; i < 5; i++)
    for (const queue of [a, b]) queue.add(item(`${queue === a ? "a" : "b"}${i}`, ann.actor), guess);
  const order = found(storage);
  a.reload(never);
  assert.deepEqual(
    a.entries.map(({ action }) => action),
    order,
  );
  for (const tab of "ab")
    assert.deepEqual(
      order.filter((name) => name[0] === tab),
      [0, 1, 2, 3, 4].map((i) => tab + i),
    );
});

test("another order is a change, so that guesses are made again", () => {
  const storage = memoryStorage();
  const queue = queueOf(storage);
  queue.add(item("x", ann.actor), guess);
  queue.add(item("y", ann.actor), guess);
  assert.equal(queue.reload(never), false);
  queue.entries.reverse();
  assert.equal(queue.reload(never), true);
});

// Whose they are.

const ids = [
  "u1",
  "u1 b",
  "u1 b c",
  " u1",
  "u1 ",
  "",
  " ",
  "u",
  "1 lease",
  "lease",
  "u1 lease",
  "u1%20b",
  "u1%0020b",
  "u1+b",
  "u1:b",
  "user:u1",
  "a user:u1",
  "s1 user:u1",
  "U1",
  "ü1",
  "u\u03081",
  "u1\u0000",
  "u1\n",
  "u1/b",
  "\ud800",
  "\udc00",
  "__proto__",
  "toString",
];
const owners = [
  ...ids.map((id) => ({ ...ann, actor: { kind: "user", id } })),
  ...["u", "use", "user_", "guest", "User"].map((kind) => ({ ...ann, actor: { kind, id: "u1" } })),
  ...["s", "s1 user:u1", "s1 user:a", "s1 ", " s1", "s1 user", "S1", "s1%20", "s2"].flatMap((session) =>
    ["u1", "b", "a user:b", "u1 b"].map((id) => ({ ...ann, session, actor: { kind: "user", id } })),
  ),
  ...["http://one.example/a", "http://one.example s1", "https://one.example", "http://one.example:8080"].map(
    (server) => ({ ...ann, server }),
  ),
  { ...ann, actor: { kind: "user", id: "a user:b" } },
  { ...ann, server: "http://one.example s1", session: "user:u1", actor: { kind: "user", id: "u1" } },
];

test("no name of one owner begins with another's", () => {
  for (const purpose of ["queue", "lease", "tabs"]) {
    const names = owners.map((owner) => nameOf(purpose, owner) + " ");
    assert.equal(new Set(names).size, names.length);
    for (const one of names)
      for (const other of names)
        assert.equal(one !== other && other.startsWith(one), false, `${other} begins with ${one}`);
  }
  assert.notEqual(nameOf("queue", ann), nameOf("lease", ann));
});

test("people, kinds, servers and sessions with any names share a browser and never meet", () => {
  const storage = memoryStorage();
  owners.forEach((owner, i) => queueOf(storage, owner).add(item(`p${i}`, owner.actor), guess));
  const before = dump(storage);
  assert.equal(before.length, owners.length);
  owners.forEach((owner, i) => assert.deepEqual(found(storage, owner), [`p${i}`], JSON.stringify(owner)));
  assert.deepEqual(dump(storage), before);
  for (const owner of owners) {
    const queue = queueOf(storage, owner);
    queue.reload(never);
    queue.remove(queue.entries[0]);
  }
  assert.equal(storage.length, 0);
});

test("what former versions have stored is taken over in its order, before new proposals, by its owner alone", () => {
  const storage = memoryStorage();
  const former = owners.filter(({ server }) => !server.includes(" "));
  former.forEach((owner, i) => {
    for (const [name, millis, count] of [
      ["c", t0 + 7, 2],
      ["a", t0, 0],
      ["b", t0, 1],
    ]) {
      const old = item(`${name}${i}`, owner.actor);
      storage.setItem(formerName(owner, millis, count, old.key), JSON.stringify(old));
    }
  });
  const before = dump(storage);
  former.forEach((owner, i) => {
    assert.deepEqual(found(storage, owner), [`a${i}`, `b${i}`, `c${i}`], JSON.stringify(owner));
    const queue = queueOf(storage, owner);
    queue.add(item("new", owner.actor), guess);
    queue.reload(never);
    assert.deepEqual(
      queue.entries.map(({ action, own }) => [action, own]),
      [
        [`a${i}`, false],
        [`b${i}`, false],
        [`c${i}`, false],
        ["new", true],
      ],
    );
    assert.deepEqual(found(storage, owner), [`a${i}`, `b${i}`, `c${i}`, "new"]);
    queue.remove(queue.entries[3]);
  });
  assert.deepEqual(dump(storage), before);
});

test("a former proposal by another actor than the owner is taken over where its name says whose it is", () => {
  const storage = memoryStorage();
  const plain = item("plain", { kind: "guest", id: "eve" });
  storage.setItem(formerName(ann, t0, 0, plain.key), JSON.stringify(plain));
  assert.deepEqual(found(storage), ["plain"]);
  const blank = { ...ann, actor: { kind: "user", id: "ann b" } };
  const unclear = item("unclear", { kind: "guest", id: "eve" });
  storage.setItem(formerName(blank, t0, 0, unclear.key), JSON.stringify(unclear));
  assert.deepEqual(found(storage, blank), []);
  assert.equal(storage.length, 2);
});

test("what is not a proposal of this owner is left alone, broken or not", () => {
  const storage = memoryStorage();
  const own = nameOf("queue", ann);
  const key = newKey();
  for (const name of [
    own,
    `${own} `,
    `${own} lease`,
    `${own} 1000000000000001`,
    `${own} 1000000000000001-`,
    `${own} 100-${key}`,
    `${own} 2000000000000000-${key}`,
    `${own} x 1000000000000001-${key}`,
    `${own}n 1000000000000001-${key}`,
    nameOf("lease", ann),
    nameOf("tabs", ann),
    "holdfast",
    "holdfast.queue",
    "holdfast http://one.example s1 user:ann lease",
    "holdfast http://one.example s1 user:ann b 001767225600000-000000-00",
    formerName(ann, t0, 0, key), // broken, and nothing says that it is hers
  ])
    storage.setItem(name, "{not json");
  const before = dump(storage);
  assert.deepEqual(found(storage), []);
  queueOf(storage).add(item("x", ann.actor), guess);
  assert.deepEqual(found(storage), ["x"]);
  for (const [name, text] of before) assert.equal(storage.getItem(name), text, name);
});

test("a broken one of this owner is told of before it is dropped", () => {
  const storage = memoryStorage();
  const key = newKey();
  for (const text of [
    "{not json",
    "{}",
    "null",
    "7",
    JSON.stringify(item("x", ann.actor)),
    JSON.stringify(item("x", { kind: "user", id: 7 }, { key })),
  ]) {
    storage.setItem(`${nameOf("queue", ann)} 1000000000000001-${key}`, text);
    const told = [];
    const queue = queueOf(storage, ann, (error) => told.push(error));
    queue.reload(never);
    assert.deepEqual(
      [queue.entries.length, told.length, told[0]?.code, storage.length],
      [0, 1, "replica/storage", 0],
      text,
    );
    assert.ok(told[0].message.includes(text.slice(0, 200)));
  }
});

test("word of a refusal is left for the tab that proposed, for a day by whatever clock", (t) => {
  const { now } = Date;
  t.after(() => (Date.now = now));
  const start = now();
  for (const [later, left] of [
    [86_400_000, 1],
    [86_400_001, 0],
    [-86_400_000, 1],
    [-86_400_001, 0],
  ]) {
    Date.now = () => start;
    const storage = memoryStorage();
    const [mine, other] = [queueOf(storage), queueOf(storage)];
    mine.add(item("x", ann.actor), guess);
    other.reload(never);
    other.refuse(other.entries[0], { code: "auth/role", message: "because" });
    assert.deepEqual(found(storage), []);
    assert.equal(storage.length, 1);
    const told = [];
    mine.reload((entry, { code, message }) => told.push([entry.action, code, message]));
    assert.deepEqual(told, [["x", "auth/role", "because"]]);
    Date.now = () => start + later;
    found(storage);
    assert.equal(storage.length, left, `${later} ms later`);
  }
});

test("a storage that refuses keeps proposals in memory, in order", () => {
  const told = [];
  const storage = {
    ...memoryStorage(),
    setItem() {
      throw new Error("full");
    },
  };
  const queue = queueOf(storage, ann, (error) => told.push(error.code));
  for (let i = 0; i < 3; i++) queue.add(item(`p${i}`, ann.actor), guess);
  queue.reload(never);
  assert.deepEqual(
    queue.entries.map(({ action }) => action),
    ["p0", "p1", "p2"],
  );
  assert.deepEqual(told, ["replica/storage", "replica/storage", "replica/storage"]);
});
