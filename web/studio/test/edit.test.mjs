// This file edits a bundle in a real Chromium, as a person does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { card, openSession, paste, released, open } from "./support/studio.mjs";

let page, server;
open((now) => ({ page, server } = now));

test("editing: findings with places, scenarios that run again, a session of what was written", async () => {
  await openSession(page, server.url, "mode-constraint-layer");
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("heading", { name: "A valid bundle" }).waitFor();
  const scenarios = page.locator(".scenarios li");
  const all = await scenarios.count();
  assert.ok(all > 5 && (await page.locator(".scenarios .passed").count()) === all);

  const put = async (from, to) => {
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+f");
    await page.keyboard.type(from);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.keyboard.insertText(to);
  };
  await put("args.drift <= constants", "args.drfit <= constants");
  await page.getByRole("heading", { name: "1 error" }).waitFor();
  const finding = page.locator(".findings li").first();
  const said = await finding.innerText();
  const text = await (
    await fetch(`${server.url}source/${(await released(server.url, "mode-constraint-layer")).digest}`)
  ).text();
  const line = text.split("\n").findIndex((line) => line.includes("args.drift <= constants")) + 1;
  assert.match(said, new RegExp(`drift[^]*line ${line}, column \\d+`));
  await page.locator(".cm-lintRange-error").first().waitFor();
  await finding.getByRole("button").click();
  assert.ok(
    await page.evaluate(() =>
      document.querySelector(".host").shadowRoot.activeElement?.classList.contains("cm-content"),
    ),
    "a finding leads to its place",
  );

  await page.reload();
  await page.getByRole("heading", { name: "1 error" }).waitFor(); // what was written is still there
  await page.getByRole("button", { name: "Discard changes" }).click();
  await page.getByRole("heading", { name: "A valid bundle" }).waitFor();
  await put("args.drift <= constants", "args.drift < constants");
  await page.locator(".scenarios .failed").first().waitFor();
  assert.match(await page.locator(".scenarios .failed").first().innerText(), /step \d+ of \d+, verdict: expected/);
  await page.getByRole("button", { name: "Open a session on it" }).click();
  await page.getByText("In this page only:").waitFor();
  assert.match(await page.locator(".banner.local").innerText(), /as you edited it/);
  await card(page, "enter")
    .getByLabel(/^drift/)
    .last()
    .fill("20");
  await page.waitForFunction(() => document.querySelector("#action-enter .answer").textContent.includes("GRD-4"));
});

test("the editor completes keys, values and declared names", async () => {
  await openSession(page, server.url, "spektre");
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("heading", { name: "A valid bundle" }).waitFor();
  const bundle = `agents: {owner: {}, guest: {}}
types:
  stage: {enum: [open, closed]}
state:
  load: {type: int}
actions:
  raise: {args: {by: int}, set: {load: args.by}}
`;
  for (const [typed, wanted] of [
    ["constr", "constraints"],
    ["constraints:\n  - id: X\n    oth", "otherwise"],
    ["constraints:\n  - id: X\n    otherwise: {ver", "verdict"],
    ["constraints:\n  - id: X\n    otherwise: {verdict: rev", "revert"],
    ["constraints:\n  - id: X\n    on: [ra", "raise"],
    ["constraints:\n  - id: X\n    require: state.lo", "state.load"],
    ["constraints:\n  - id: X\n    require: args.by > 0 && stage.cl", "stage.closed"],
    ["governance: [ow", "owner"],
    ["tests:\n  - name: x\n    steps:\n      - {action: raise, actor: owner,\n         expect: {gov", "governing"],
  ]) {
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+a");
    await paste(page, bundle + typed);
    await page.keyboard.press("Control+Space");
    await page
      .locator(".cm-tooltip-autocomplete .cm-completionLabel", {
        hasText: new RegExp(`^${wanted.replace(".", "\\.")}$`),
      })
      .waitFor();
    await page.keyboard.press("Escape");
  }
});
