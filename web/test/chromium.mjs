// This file replays the golden vectors in a real Chromium, in a page and in a
// module worker, from a page whose content security policy allows no more than
// the SDK needs; then it runs the suites in test/chromium/ on the pages in
// test/pages/, under the same policy, or those alone whose name has the argument
// in it. Run it with `npm run test:chromium`; CHROMIUM names the browser,
// /usr/bin/chromium where it is left out.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { suites as engine } from "./chromium/engine.mjs";
import { suites as field } from "./chromium/field.mjs";
import { suites as replicas } from "./chromium/replica.mjs";
import { suites as gates } from "./chromium/suites.mjs";
import { executablePath, flags, missing } from "./support/chromium.mjs";
import { module, origin, server, vectors } from "./support/site.mjs";

if (missing() !== undefined) {
  console.error(missing());
  process.exit(1);
}

const profile = await mkdtemp(join(tmpdir(), "holdfast-chromium-"));
// A page by plain http is not secure, unless its host is localhost: shop.test is not, and no host has that name.
const args = [...flags, "--host-resolver-rules=MAP shop.test 127.0.0.1"];
const browser = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args });

try {
  const wanted = process.argv[2];
  for (const [name, run] of Object.entries({ ...gates, ...field, ...engine, ...replicas })) {
    if (wanted !== undefined && !name.includes(wanted)) continue;
    try {
      await run({ browser, origin });
      console.log(`Chromium: ${name}`);
    } catch (error) {
      console.error(`Chromium FAILS: ${name}\n${error.stack ?? error}`);
      process.exitCode = 1;
    }
  }
  if (wanted === undefined) await vectorsAndPolicies();
} finally {
  await browser.close();
  server.close();
  await rm(profile, { recursive: true, force: true });
}

async function vectorsAndPolicies() {
  const { page, worker, moduleDigest } = await outcome("/");
  assert.equal(moduleDigest, "sha256:" + createHash("sha256").update(module).digest("hex"));
  check("page", page);
  assert.equal(worker.error, undefined);
  check("worker", worker.results);
  assert.equal(await outcome("/?wanted="), "loaded");
  assert.equal(await outcome("/?wanted=" + moduleDigest), "loaded");
  assert.equal(await outcome("/?wanted=sha256:" + "0".repeat(64)), "load/digest");
  assert.equal(await outcome("/no-wasm?wanted="), "load/blocked");
  console.log(
    `Chromium ${browser.browser()?.version() ?? ""}: a pin, another pin and a blocking policy answered as they should`,
  );
}

/** Opens a page and returns what its script came to. */
async function outcome(path) {
  const page = await browser.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  try {
    await page.goto(origin + path);
    await page
      .waitForFunction(() => window.outcome !== undefined, undefined, { timeout: 120_000, polling: 50 })
      .catch((error) => {
        throw new Error(`${path} came to nothing: ${error.message}\n${said.join("\n")}`);
      });
    const { value, error } = await page.evaluate(() => window.outcome);
    assert.equal(error, undefined, `${path}: ${error}\n${said.join("\n")}`);
    return value;
  } finally {
    await page.close();
  }
}

function check(where, results) {
  assert.deepEqual(
    results.map(({ name }) => name),
    vectors.map(({ name }) => name),
  );
  for (const { name, lines, differs } of results) {
    assert.equal(
      differs,
      undefined,
      `${where}, ${name}, line ${differs?.line}:\nwanted ${differs?.wanted}\ngot    ${differs?.got}`,
    );
    assert.ok(lines > 0, `${name} has no lines`);
  }
  console.log(
    `Chromium, ${where}: ${results.length} vectors, ` +
      `${results.reduce((sum, { lines }) => sum + lines, 0)} lines, all bytes equal`,
  );
}
