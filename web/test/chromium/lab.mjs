// This file opens pages for what is tested in a real browser, and looks at them as a person and a screen reader do.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Opens a page, gives it to run, and fails on whatever it throws or its policy refuses. */
export async function on({ browser, origin }, path, run) {
  const page = await browser.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  try {
    await page.goto(origin + path);
    await run(page, wrong);
    assert.deepEqual(wrong, []);
  } finally {
    await page.close();
  }
}

/** Opens the lab with this in its body. */
export function lab(where, html, run) {
  return on(where, "/pages/lab.html", async (page, wrong) => {
    await page.waitForFunction(() => window.lab !== undefined);
    await page.evaluate((html) => (document.querySelector("main").innerHTML = html), html);
    await run(page, wrong);
    assert.deepEqual(await page.evaluate(() => window.lab.refusedByPolicy), []);
  });
}

/** Fails on what axe finds to be inaccessible. */
export async function accessible(page) {
  await page.evaluate(axe);
  const violations = await page.evaluate(
    async () =>
      (
        await window.axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
          rules: {
            "page-has-heading-one": { enabled: false },
            region: { enabled: false },
            "landmark-one-main": { enabled: false },
          },
        })
      ).violations,
  );
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
    [],
  );
}

/** What a screen reader is told of a control. */
export async function described(page, selector) {
  const client = await page.context().newCDPSession(page);
  const { root } = await client.send("DOM.getDocument", {});
  const { nodeId } = await client.send("DOM.querySelector", { nodeId: root.nodeId, selector });
  const { nodes } = await client.send("Accessibility.getPartialAXTree", { nodeId, fetchRelatives: false });
  await client.detach();
  const of = (name) => nodes[0].properties.find((property) => property.name === name)?.value.value;
  return {
    role: nodes[0].role.value,
    name: nodes[0].name.value,
    description: nodes[0].description?.value ?? "",
    disabled: of("disabled") ?? false,
    invalid: of("invalid") ?? "false",
  };
}

export const enabled = (page) =>
  page.$$eval("button", (all) => all.map((one) => one.getAttribute("aria-disabled") === "false" && !one.disabled));
export const tip = (page) => page.evaluate(() => document.querySelector(".holdfast-tip[data-open]")?.textContent ?? "");
