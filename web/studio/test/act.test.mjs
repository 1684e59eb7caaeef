// This file acts in a session in a real Chromium, as a person does: refusals, holds, the machine, the past, scenarios.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { actAs, card, openSession, propose, open } from "./support/studio.mjs";

let page, server;
open((now) => ({ page, server } = now));

const log = async (session) =>
  (await (await fetch(`${server.api}sessions/${session}/decisions`)).text()).split("\n").filter(Boolean);
const stateOf = (name) =>
  page
    .locator(".state .values > div", { has: page.locator("dt", { hasText: new RegExp(`^${name}(changed)?$`) }) })
    .locator("dd");

test("a refusal says which rule, on which values, and the way past it can be walked", async () => {
  const session = await openSession(page, server.url, "spektre");
  const commit = card(page, "commit_plan");
  assert.match(
    await commit.locator(".answer").innerText(),
    /PLAN-ORDER[^]*physical[^]*state\.plan\s+“none”[^]*1 more reason/,
  );
  await commit.locator(".way .step").first().waitFor();
  assert.match(await commit.locator(".way").innerText(), /draft[^]*settle[^]*then this commits/);
  assert.ok(await commit.locator(".way .step").nth(1).isDisabled(), "steps are taken in order");
  await propose(page, "commit_plan", "reject");
  for (const [step, left] of [
    ["draft", "settle"],
    ["settle", ""],
  ]) {
    await commit.locator(".way .step", { hasText: step }).first().click();
    if (left !== "")
      await page.waitForFunction(
        (left) => document.querySelector("#action-commit_plan .way .step")?.textContent.includes(left),
        left,
      );
  }
  await page.getByRole("button", { name: "Propose commit plan" }).click();
  await page.getByText("Nothing is permitted: that is a correct outcome.").waitFor();
  assert.equal(
    await stateOf("plan")
      .innerText()
      .then((text) => text.split("\n")[0]),
    "committed",
  );

  // Every decision was decided here too; the digests shown are those of the server's bytes.
  const lines = await log(session);
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).verdict),
    ["reject", "commit", "commit", "commit"],
  );
  const shown = await page.locator(".parity.same code").evaluateAll((codes) => codes.map((code) => code.title));
  assert.deepEqual(
    shown.reverse(),
    lines.map((line) => "sha256:" + createHash("sha256").update(line).digest("hex")),
  );
});

test("who may not act is shown who may", async () => {
  await openSession(page, server.url, "spektre");
  await actAs(page, "observer");
  const draft = card(page, "draft");
  assert.match(await draft.locator(".answer").innerText(), /by:draft/);
  await draft.getByRole("button", { name: "Act as owner" }).click();
  const focused = () => page.evaluate(() => document.activeElement.closest("article")?.id);
  assert.equal(await focused(), "action-draft", "the button is gone, and the focus stays in its card");
  assert.equal(await draft.locator(".answer .verdict").innerText(), "would commit");
});

test("urgency as the only reason closes every action", async () => {
  await openSession(page, server.url, "spektre");
  await page.getByLabel("reasons (a, b)").fill("URG\u200bENT, deadline");
  await page.waitForFunction(
    () => [...document.querySelectorAll(".card")].filter((card) => card.textContent.includes("NO-URGENCY")).length >= 2,
  );
  await page.getByLabel("reasons (a, b)").fill("measured demand");
  await page.waitForFunction(() => document.querySelector("#action-draft .verdict").textContent === "would commit");
});

test("what is held waits to be confirmed, and an owner confirms exactly that", async () => {
  const session = await openSession(page, server.url, "mode-constraint-layer");
  await actAs(page, "external");
  await propose(page, "enter", "hold");
  await page.getByText("One proposal waits to be confirmed").waitFor();
  await page.getByRole("button", { name: "Act as user to answer" }).click();
  await page.getByRole("button", { name: "Confirm exactly this" }).click();
  await page.getByText("One proposal waits to be confirmed").waitFor({ state: "detached" });
  assert.equal((await stateOf("mode").innerText()).split("\n")[0], "task");
  const [held, confirmed] = (await log(session)).map((line) => JSON.parse(line));
  assert.deepEqual(confirmed.args, { digest: held.proposal, hold: 1 });

  await actAs(page, "regime");
  await actAs(page, "user");
  await card(page, "enter")
    .locator("label", { hasText: /^chat$/ })
    .click();
  await propose(page, "enter", "commit");
  await actAs(page, "automatic");
  await card(page, "enter")
    .locator("label", { hasText: /^automatic$/ })
    .click();
  await propose(page, "enter", "hold");
  await page.getByRole("button", { name: "Act as user to answer" }).click();
  await page.getByRole("button", { name: "Decline", exact: true }).click();
  await page.getByText("One proposal waits to be confirmed").waitFor({ state: "detached" });
  assert.equal((await stateOf("mode").innerText()).split("\n")[0], "chat");
});

test("the machine shows where it is, and an open move is made by choosing it", async () => {
  await openSession(page, server.url, "mode-constraint-layer");
  const node = (name) =>
    page.locator(".graph .node").filter({ has: page.locator("text", { hasText: new RegExp(`^${name}$`) }) });
  await node("chat").waitFor();
  assert.match(await node("chat").getAttribute("class"), /current/);
  assert.match(await node("task").getAttribute("class"), /lit/);
  await node("task").click();
  await page.waitForFunction(() => document.querySelector(".node.current text")?.textContent === "task");
  // From task there is no way to spec: choosing it says why, and proposes nothing.
  assert.doesNotMatch(await node("spec").getAttribute("class"), /lit/);
  await node("spec").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /revert[^]*GRD-5/.test(document.querySelector("#action-enter .answer").textContent));
  assert.equal(await page.locator(".timeline .seq").count(), 1);
  assert.ok(
    await page.evaluate(() => document.activeElement.closest("#action-enter") !== null),
    "the card that says why has the focus",
  );
});

test("the past can be looked at, and branched from", async () => {
  const session = await openSession(page, server.url, "spektre");
  await propose(page, "draft", "commit");
  await propose(page, "settle", "commit");
  await page.locator(".timeline .moment").nth(1).click();
  await page.getByText("You look at the past:").waitFor();
  assert.equal(
    await stateOf("settled")
      .first()
      .innerText()
      .then((text) => text.split("\n")[0]),
    "no",
  );
  assert.ok(await card(page, "settle").locator("button[type=submit]").isDisabled(), "nothing is proposed in the past");
  await page.getByRole("button", { name: "One decision back" }).click();
  assert.match(await stateOf("plan").innerText(), /^none/);
  await page.getByRole("button", { name: "One decision on" }).click();
  await page.getByRole("button", { name: "Branch from here" }).click();
  await page.getByText("In this page only:").waitFor();
  await propose(page, "raise", "commit");
  assert.match(await page.locator(".timeline .parity").first().innerText(), /decided in this page only/);
  assert.equal((await log(session)).length, 2, "the server's session is as it was");
});

test("a text's words are marked as one types", async () => {
  await openSession(page, server.url, "specula");
  await actAs(page, "specula");
  const produce = card(page, "produce");
  await produce.locator("textarea").fill("I think y\u200bou  SHOULD choose A");
  await produce.locator("mark").first().waitFor();
  assert.deepEqual(await produce.locator("mark").allInnerTexts(), ["y\u200bou  SHOULD choose"]);
  assert.match(await produce.locator(".note").last().innerText(), /oracular/);
  await produce.locator("textarea").fill("Host or guide? It may gain trust but costs reach.");
  await produce.locator("mark").first().waitFor({ state: "detached" });
});

test("a catalog's point is picked by its parts, and a hard failure freezes calmly", async () => {
  await page.goto(`${server.url}#/`);
  await page.getByRole("link", { name: "Pick a point of grade-1-guardian" }).click();
  const open = page.getByRole("button", { name: "Open a session of this point" });
  assert.ok(await open.isDisabled());
  for (const value of ["moon", "1", "air"])
    await page.locator(".point label", { hasText: new RegExp(`^${value}$`) }).click();
  await page.getByText("Exactly one bundle:").waitFor();
  await open.click();
  await card(page, "request").waitFor();
  await card(page, "request").locator("textarea").fill("Observe the street and note what passes.");
  await propose(page, "request", "commit");
  await actAs(page, "policy");
  await card(page, "admit").locator("textarea").fill("Observe the street and find its meaning.");
  await propose(page, "admit", "freeze");
  await page.getByText("The session is frozen.").waitFor();
  await page.getByRole("button", { name: "Unfreeze as governance" }).click();
  await page.getByText("The session is frozen.").waitFor({ state: "detached" });
});

test("a scenario can be walked through, and comes out as it expects", async () => {
  await page.goto(`${server.url}#/`);
  await page.getByRole("button", { name: "Open a session of spektre", exact: true }).click();
  const known = page.getByRole("button", { name: /What is this|Got it/ });
  await known.waitFor();
  if ((await known.innerText()) !== "Got it") await known.click();
  await page.getByRole("button", { name: /After the commit nothing is valid/ }).click();
  const next = page.locator(".story .primary");
  for (let n = 1; n <= 7; n++) {
    await next.click();
    await page.waitForFunction((n) => document.querySelectorAll(".story li.done").length === n, n);
  }
  assert.equal(await next.innerText(), "That is all");
  assert.equal(await page.getByText("The scenario expects").count(), 0);
  assert.deepEqual(await page.locator(".story .verdict").allInnerTexts(), [
    "commit",
    "commit",
    "commit",
    "halt",
    "halt",
    "halt",
    "reject",
  ]);
});
