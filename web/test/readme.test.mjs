// This file tests that the pages in README.md are those that run in Chromium, and short.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));

test("each block is a page that is run, in under fifteen lines", () => {
  const lines = {};
  for (const [i, name] of ["plain.html", "plain.js", "react.jsx", "server.js"].entries()) {
    const { text } = blocks[i];
    assert.equal(text, readFileSync(new URL(`pages/${name}`, import.meta.url), "utf8"), name);
    const page = name.replace(/\..*/, "");
    lines[page] = (lines[page] ?? 0) + text.trim().split("\n").length;
  }
  assert.equal(blocks.length, 4);
  for (const [page, count] of Object.entries(lines)) assert.ok(count < 15, `${page} has ${count} lines`);
});
