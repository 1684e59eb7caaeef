// This file has what the studio's tests begin with: a server with the reference bundles, a real
// Chromium, and a watch on what must never happen: an error in the page, a request to
// anywhere else, anything the page's policy had to stop.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { executablePath, flags, missing } from "../../../test/support/chromium.mjs";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const holdfast = process.env.HOLDFAST ?? join(root, "dist/holdfast");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Starts a server with the studio and with bundles; `url` ends in /studio/. Without a ledger it forgets everything. */
export async function serve(bundles, { ledger = ":memory:", listen = "127.0.0.1:0" } = {}) {
  const child = spawn(holdfast, ["serve", "--engine", "native", "--ledger", ledger, "--listen", listen, ...bundles], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text) => {
        said += text;
        const found = /msg=listening url=(http:\S+)/.exec(said);
        if (found !== null) resolve(`${found[1]}/studio/`);
      });
    child.once("error", reject);
    void ended.then(() => reject(new Error(`holdfast serve ended:\n${said}`)));
  });
  return { url, api: url.replace("studio/", "v1/"), close: async () => void (child.kill("SIGTERM"), await ended) };
}

/** The reference bundles, with a catalog of two of the guardian's points: ninety take seconds to build. */
export async function references() {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-catalog-"));
  const from = join(root, "testdata/bundles/grade-1-guardian");
  await cp(join(from, "guardian.yaml"), join(folder, "guardian.yaml"));
  const catalog = (await readFile(join(from, "catalog.yaml"), "utf8"))
    .replace(/class: \[.*\]/, "class: [1, 2]")
    .replace(/chapter: \[.*\]/, "chapter: [moon]")
    .replace(/element: \[.*\]/, "element: [air]");
  await writeFile(join(folder, "catalog.yaml"), catalog);
  const bundle = (name, file = name) => join(root, `testdata/bundles/${name}/${file}.yaml`);
  return {
    paths: [
      bundle("spektre"),
      bundle("mode-constraint-layer"),
      bundle("mode-constraint-layer", "notebook"),
      bundle("specula"),
      join(folder, "catalog.yaml"),
      join(root, "testdata/examples/document-approval/document-approval.yaml"),
    ],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Starts Chromium. */
export async function browse() {
  if (missing() !== undefined) throw new Error(missing());
  const profile = await mkdtemp(join(tmpdir(), "holdfast-studio-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: flags,
    viewport: { width: 1360, height: 900 },
    reducedMotion: "reduce",
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Opens a page that is watched; `wrong` lists what must not be. */
export async function watched(context, origin, options = {}) {
  const page = await context.newPage();
  if (options.viewport !== undefined) await page.setViewportSize(options.viewport);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // That a request was refused is told in the page; the browser's own line about it is no fault.
    if (!/^Failed to load resource/.test(message.text())) wrong.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
      wrong.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() =>
    addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  page.setDefaultTimeout(20_000);
  return { page, wrong };
}

let sessions = 0;

/** Opens a session of a published bundle, and closes its introduction. */
export async function openSession(page, url, name) {
  const session = `${name}-${++sessions}`;
  await fetch(new URL("/v1/sessions", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ session, bundle: (await released(url, name)).digest }),
  });
  await page.goto(`${url}#/session/${session}`);
  await page.locator(".card").first().waitFor();
  const known = page.getByRole("button", { name: "Got it" });
  if (await known.isVisible()) await known.click();
  return session;
}

/** What is published under a name. */
export async function released(url, name) {
  return (await (await fetch(new URL("/v1/bundles", url))).json()).bundles.find((bundle) => bundle.name === name);
}

export const actAs = (page, kind) => page.locator(".acting label", { hasText: new RegExp(`^${kind}$`) }).click();
export const card = (page, action) => page.locator(`#action-${action}`);

/** Proposes what a card says, and waits for the decision with this verdict. */
export async function propose(page, action, verdict) {
  const before = await page.locator(".timeline li .seq").count();
  await card(page, action).locator("button[type=submit]").click();
  await page.waitForFunction((n) => document.querySelectorAll(".timeline li .seq").length === n + 1, before);
  assert.equal(await page.locator(".timeline .verdict").first().innerText(), verdict);
}

/** Pastes text into the editor, as a person's clipboard does. */
export async function paste(page, text) {
  await page.locator(".cm-content").evaluate((content, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** Asks axe for violations: all there are in light colours, and again about contrast in dark ones. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = [];
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await page.evaluate(
      (dark) =>
        window.axe.run(document, { resultTypes: ["violations"], ...(dark ? { runOnly: ["color-contrast"] } : {}) }),
      colorScheme === "dark",
    );
    for (const { id, nodes } of violations)
      found.push(
        `${colorScheme}, ${id}: ${nodes
          .map((node) => `${node.target.join(" ")} ${node.failureSummary?.split("\n")[1] ?? ""}`)
          .slice(0, 3)
          .join("; ")}`,
      );
  }
  return found;
}

/**
 * Opens what the tests of a file need: a server with bundles, a browser, and for each test a page that is watched.
 * ready is given them: `{browser, files, page, server}`.
 */
export function open(ready, bundles = references) {
  const now = {};
  let wrong;
  before(async () => {
    now.files = await bundles();
    [now.server, now.browser] = await Promise.all([serve(now.files.paths), browse()]);
  });
  after(async () => {
    await now.browser?.close();
    await now.server?.close();
    await now.files?.remove();
  });
  beforeEach(async () => {
    ({ page: now.page, wrong } = await watched(now.browser.context, new URL(now.server.url).origin));
    ready(now);
  });
  afterEach(async () => {
    await now.page.close();
    assert.deepEqual(wrong, []);
  });
}
