// This file runs the benchmark page in Chromium without a window and prints what it shows: npm run
// bench:chromium. Cold starts have a browser context each here, and so a process of their own, which
// frames in a page have not. CHROMIUM names the browser, /usr/bin/chromium where it is left out.

import { loadavg } from "node:os";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";
import { lines } from "./table.mjs";

const colds = 11;
const { origin, close } = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

/** Opens a page in a context of its own and returns what its script came to. */
async function outcome(path, timeout) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(String(error)));
    await page.goto(`${origin}/bench/page/${path}`);
    await page.waitForFunction(() => window.outcome !== undefined, undefined, { timeout, polling: 100 });
    const value = await page.evaluate(() => window.outcome);
    if (value.error !== undefined) throw new Error(value.error);
    return value;
  } finally {
    await context.close();
  }
}

const sorted = (values) => values.toSorted((a, b) => a - b);
const busy = () => `load average ${loadavg()[0].toFixed(1)}`;

try {
  console.log(`Chromium ${browser.version()}; ${busy()}`);
  for (const guards of [50, 1]) {
    const starts = { holdfast: [], "Cedar-wasm": [] };
    for (let i = 0; i < colds; i++)
      for (const [who, of] of Object.entries(starts))
        of.push(await outcome(`cold.html?who=${who}&guards=${guards}`, 60_000));
    console.log(
      `\ncold start, milliseconds: compiled module to first decision, rulebook of ${guards}; ${colds} of each\n` +
        "     fastest   middle  slowest",
    );
    const middle = {};
    for (const [who, of] of Object.entries(starts)) {
      const decide = sorted(of.map((one) => one.decide));
      middle[who] = decide[colds >> 1];
      const parts = [
        ...Object.keys(of[0].parts).map((part) => [part, (one) => one.parts[part]]),
        ["fetched and compiled before in", ({ compile }) => compile],
      ];
      console.log(
        [decide[0], middle[who], decide.at(-1)]
          .map((value, i) => value.toFixed(1).padStart(i === 0 ? 12 : 9))
          .join("") +
          `  ${who}; in the middle: ` +
          parts.map(([part, get]) => `${part} ${sorted(of.map(get))[colds >> 1].toFixed(1)}`).join(", "),
      );
    }
    const ratio = middle.holdfast / middle["Cedar-wasm"];
    console.log(`      goal: half of Cedar-wasm: ${ratio.toFixed(2)}× of it, ${ratio <= 0.5 ? "met" : "missed"}`);
  }
  const { rows } = await outcome("?run", 600_000);
  console.log("\nnanoseconds, and as multiples of Holdfast's");
  for (const row of rows) console.log(lines(row));
  console.log(`\n${busy()}`);
} finally {
  await browser.close();
  close();
}
