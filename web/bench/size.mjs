// This file prints what the SDK weighs, and fails where an entry point is over its
// budget: each file that it brings along, raw and gzipped, and all of them as one, as
// they are published.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/**
 * The most that an entry point weighs with all that it brings along: bytes after gzip. The module is beside it. A
 * worker's gate is on no page, and is uploaded with the module, which weighs sixty times as much.
 */
const budgetOf = (entry) => (entry === "./edge" ? 24 : 12) << 10;

/** Entry points that take an engine, and so are always beside the first: what they share with it is weighed there. */
const beside = ["./replica"];
const shared = new Set();

const { exports } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const dist = new URL("../dist/", import.meta.url).href;
const gzip = (text) => gzipSync(text, { level: 9 }).length;
const row = (name, text) =>
  console.log(`${String(Buffer.byteLength(text)).padStart(8)} ${String(gzip(text)).padStart(8)}  ${name}`);

for (const [entry, target] of Object.entries(exports)) {
  if (typeof target !== "object") continue;
  const files = new Map();
  const follow = (url) => {
    if (files.has(url.href) || (beside.includes(entry) && shared.has(url.href))) return;
    const text = readFileSync(url, "utf8");
    files.set(url.href, text);
    for (const [, name] of text.matchAll(/\b(?:from|import|URL\() ?"(\.\.?\/[^"]+\.js)"/g)) follow(new URL(name, url));
  };
  follow(new URL(`../${target.default}`, import.meta.url));
  if (entry === ".") for (const href of files.keys()) shared.add(href);
  console.log(
    `\n@holdfast/web${entry.slice(1)}${beside.includes(entry) ? ", beside @holdfast/web" : ""}\n     raw     gzip`,
  );
  for (const [href, text] of files) row(href.slice(dist.length), text);
  const together = [...files.values()].join("\n");
  const budget = budgetOf(entry);
  row(`together, of ${budget}`, together);
  if (gzip(together) > budget) {
    console.error(`@holdfast/web${entry.slice(1)} weighs ${gzip(together)} bytes, and ${budget} is the most`);
    process.exitCode = 1;
  }
}
