// This file replays the golden vectors in a real Firefox, in a page and in a module
// worker, and has it gate a page. Run it with `npm run test:firefox`; FIREFOX names the browser,
// firefox-esr where it is left out.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { origin, server, vectors } from "./support/site.mjs";

const executablePath = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
if (!existsSync(executablePath)) {
  console.error(`no Firefox at ${executablePath}: install Debian's package firefox-esr, or name another with FIREFOX=`);
  process.exit(1);
}
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  await page.goto(origin + "/");
  await page.waitForFunction(() => window.outcome !== undefined, { timeout: 120_000, polling: 50 });
  const { value, error } = await page.evaluate(() => window.outcome);
  assert.equal(error, undefined);
  assert.equal(value.worker.error, undefined);
  for (const [where, results] of Object.entries({ page: value.page, worker: value.worker.results })) {
    assert.deepEqual(
      results.map(({ name }) => name),
      vectors.map(({ name }) => name),
    );
    for (const { name, lines, differs } of results)
      assert.ok(differs === undefined && lines > 0, `${where}, ${name}: ${JSON.stringify(differs)}`);
    console.log(
      `Firefox, ${where}: ${results.length} vectors, ` +
        `${results.reduce((sum, { lines }) => sum + lines, 0)} lines, all bytes equal`,
    );
  }

  await page.goto(origin + "/pages/plain.html");
  const shut = () =>
    page.$$eval("[data-gate]", (all) =>
      all.map((b) => `${b.textContent.trim()} ${b.disabled || b.ariaDisabled === "true" ? "shut" : "open"}`),
    );
  await page.waitForFunction(() => document.querySelector("[data-gate]:not([disabled])") !== null, {
    timeout: 30_000,
    polling: 50,
  });
  assert.deepEqual(await shut(), ["Chat open", "Task open", "Spec open"]);
  await page.click("[data-gate]:nth-of-type(2)");
  await page.waitForFunction(() => document.querySelector("[aria-disabled=true]") !== null, {
    timeout: 30_000,
    polling: 50,
  });
  assert.deepEqual(await shut(), ["Chat open", "Task open", "Spec shut"]);
  console.log(`Firefox ${await browser.version()}: a plain page gates a session`);
} finally {
  await browser.close();
  server.close();
}
