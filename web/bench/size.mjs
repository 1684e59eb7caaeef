// This file prints what the SDK weighs: each file that index.js brings along, raw
// and gzipped, and all of them as one.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";

const files = new Map();
const follow = (url) => {
  if (files.has(url.href)) return;
  const text = readFileSync(url, "utf8");
  files.set(url.href, text);
  for (const [, name] of text.matchAll(/\bfrom "(\.\/[^"]+)"/g)) follow(new URL(name, url));
};
follow(new URL("../dist/index.js", import.meta.url));

const row = (name, text) => console.log(`${String(Buffer.byteLength(text)).padStart(8)} ${String(gzipSync(text, { level: 9 }).length).padStart(8)}  ${name}`);
console.log("     raw     gzip");
for (const [href, text] of files) row(basename(href), text);
row("together", [...files.values()].join("\n"));
