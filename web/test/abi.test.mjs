// This file compares the SDK's numbers with those of wasm/abi/abi.go, which it parses.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as abi from "../dist/module/abi.js";

const source = readFileSync(new URL("../../wasm/abi/abi.go", import.meta.url), "utf8");

test("version, limits and statuses are those of abi.go", () => {
  assert.equal(abi.version, number(/^const Version = (\S+)$/m));
  assert.equal(abi.maxInput, number(/^\tMaxInput += (.+)$/m));
  assert.deepEqual(abi.Status, Object.fromEntries(all(/^\t(\w+) +Status = (\d+)/gm)));
});

test("operations are those of abi.go, all of them", () => {
  const operations = Object.fromEntries(all(/^\tOp(\w+) +Op = (\d+)/gm));
  assert.ok(Object.keys(operations).length > 20, "abi.go is not written as this test reads it");
  assert.deepEqual(abi.Op, operations);
});

test("the header's words stand where abi.go has them", () => {
  const [, fields] = /^type Header struct \{\n(.*?)^\}/ms.exec(source);
  const names = [...fields.matchAll(/^\t(\w+) +uint32\b/gm)].map(([, name]) => name);
  assert.deepEqual(abi.Header, Object.fromEntries(names.map((name, i) => [name, i * 4])));
});

function all(pattern) {
  return [...source.matchAll(pattern)].map(([, name, text]) => [name, Number(text)]);
}

/** Reads a Go constant that is a number or made of +, << and numbers, comments aside. */
function number(pattern) {
  const text = pattern
    .exec(source)[1]
    .replace(/\/\/.*/, "")
    .trim();
  return text
    .split("+")
    .map((term) =>
      term
        .split("<<")
        .map(Number)
        .reduce((a, b) => a * 2 ** b),
    )
    .reduce((a, b) => a + b);
}
