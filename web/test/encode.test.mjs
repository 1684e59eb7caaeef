// This file tests that what JSON.stringify would lose is refused, with its place.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { encode } from "../dist/documents/encode.js";

const cycle = { list: [] };
cycle.list.push({ back: cycle });
let deep = 0;
for (let i = 0; i < 129; i++) deep = [deep];

const refused = [
  ["undefined", undefined, "json/undefined", ""],
  ["undefined in an object", { args: { to: undefined } }, "json/undefined", "args.to"],
  ["undefined in an array", { reasons: ["a", undefined] }, "json/undefined", "reasons[1]"],
  ["a hole", { reasons: [, "a"] }, "json/undefined", "reasons[0]"],
  ["NaN", { at: NaN }, "json/not-a-number", "at"],
  ["an infinity", [1, -Infinity], "json/not-a-number", "[1]"],
  ["minus zero", { a: { b: [{ c: -0 }] } }, "json/negative-zero", "a.b[0].c"],
  ["a BigInt", { at: 1n }, "json/bigint", "at"],
  ["a function", { f() {} }, "json/not-plain", "f"],
  ["a symbol", { s: Symbol("x") }, "json/not-plain", "s"],
  ["a symbol as a key", { [Symbol("x")]: 1 }, "json/not-plain", ""],
  ["a Date", { at: new Date(0) }, "json/not-plain", "at"],
  ["toJSON of its own", { a: { toJSON: () => 1 } }, "json/not-plain", "a"],
  ["a Map", { a: new Map([[1, 2]]) }, "json/not-plain", "a"],
  ["a Set", { a: new Set([1]) }, "json/not-plain", "a"],
  ["a boxed number", { a: new Number(1) }, "json/not-plain", "a"],
  ["a typed array inside", { a: new Uint8Array(2) }, "json/not-plain", "a"],
  [
    "an instance",
    {
      a: new (class Money {
        euros = 1;
      })(),
    },
    "json/not-plain",
    "a",
  ],
  ["what is inherited", Object.create({ action: "enter" }), "json/not-plain", ""],
  ["what is not enumerable", Object.defineProperty({}, "a", { value: 1 }), "json/not-plain", ""],
  ["an array's further members", { a: Object.assign(["x"], { index: 0 }) }, "json/not-plain", "a"],
  ["a lone surrogate", { text: "a\ud800b" }, "json/lone-surrogate", "text"],
  ["a lone surrogate in a key", { "\udc00": 1 }, "json/lone-surrogate", "\udc00"],
  ["a lone surrogate in text that passes", '{"a":"\ud83d"}', "json/lone-surrogate", ""],
  ["a cycle", cycle, "json/cycle", "list[0].back"],
  ["depth", deep, "limit/json-depth", "[0]".repeat(128)],
];

for (const [what, value, code, path] of refused)
  test(`${what} is refused as ${code}`, () => {
    assert.throws(
      () => encode(value),
      (error) => {
        assert.equal(error.name, "HoldfastError");
        assert.deepEqual({ code: error.code, path: error.path }, { code, path });
        assert.ok(error.message.startsWith(path), error.message);
        return true;
      },
    );
  });

test("everything else is what JSON.stringify makes of it", () => {
  const twice = { a: 1 };
  for (const value of [
    {},
    [],
    null,
    [null, true, false, 0, -1, 1.5, 1e21, 1e-7, Number.MAX_SAFE_INTEGER],
    { 2: "b", 1: "a", z: '\u0000\u001f"\\\u2028😀é', "": {}, __proto__x: 1 },
    [twice, twice],
    { a: "", b: 0, c: false, d: null },
    Object.assign(Object.create(null), { a: 1 }),
  ])
    assert.equal(encode(value), JSON.stringify(value));
});

const names = [
  "toJSON",
  "__proto__",
  "constructor",
  "then",
  "prototype",
  "valueOf",
  "toString",
  "hasOwnProperty",
  "length",
  "name",
  "get",
  "",
  "0",
  "Symbol.iterator",
];
for (const name of names)
  test(`a member named ${JSON.stringify(name)} passes exactly as data, wherever it is`, () => {
    for (const value of [1, null, "text", true, [], [{}], {}, { toJSON: null }, { [name]: { [name]: [0] } }]) {
      const inside = JSON.stringify(value);
      const member = `{${JSON.stringify(name)}:${inside}}`;
      for (const text of [member, `[${member}]`, `{"a":${member},"z":1}`]) assert.equal(encode(JSON.parse(text)), text);
      const bare = Object.defineProperty(Object.create(null), name, { value: JSON.parse(inside), enumerable: true });
      assert.equal(encode(bare), member);
      assert.equal(
        encode({
          get [name]() {
            return JSON.parse(inside);
          },
        }),
        member,
      );
    }
    assert.throws(() => encode({ a: { ["_" + name]: 1, [name]: undefined } }), { code: "json/undefined" });
    assert.throws(() => encode({ [name]: () => 1 }), { code: "json/not-plain" });
    assert.throws(() => encode({ [name]: new Date(0) }), { code: "json/not-plain" });
  });

test("toJSON that is inherited, or not enumerable, is refused", () => {
  class Money extends Array {
    toJSON() {
      return 1;
    }
  }
  assert.throws(() => encode({ a: Money.of(1) }), { code: "json/not-plain", path: "a" });
  assert.throws(() => encode({ a: Object.defineProperty({}, "toJSON", { value: 1 }) }), {
    code: "json/not-plain",
    path: "a",
  });
  assert.throws(() => encode({ a: Object.create({ toJSON: 1 }) }), { code: "json/not-plain", path: "a" });
});

test("__proto__ as a member of its own crosses as one", () => {
  assert.equal(encode(JSON.parse('{"__proto__":{"a":1}}')), '{"__proto__":{"a":1}}');
});

test("an object of another realm is plain too", () => {
  assert.equal(encode(vm.runInNewContext("({a: [1, {b: null}]})")), '{"a":[1,{"b":null}]}');
});

test("a getter is read once", () => {
  let reads = 0;
  assert.equal(
    encode({
      get a() {
        return ++reads;
      },
    }),
    '{"a":1}',
  );
  assert.equal(reads, 1);
});

test("text and bytes pass untouched", () => {
  const bytes = Uint8Array.of(0xff, 0x00);
  assert.equal(encode(bytes), bytes);
  assert.equal(encode(" { nonsense "), " { nonsense ");
});
