// This file goes through a bundle with titles in a real Chromium: what people read are
// titles, what is proposed are names.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { actAs, card, openSession, propose, open } from "./support/studio.mjs";

const leave = `
holdfast: 1
bundle: leave
version: 1.0.0
agents: {hr: {title: Human Resources}, staff: {title: Employee}, guest: {title: Visitor}}
types:
  stage: {enum: [draft, sent, granted], titles: {draft: Draft, sent: Sent in, granted: Granted}}
  kind: {enum: [sick, holiday], titles: {sick: Sick leave, holiday: Holiday}}
state:
  stage: {type: stage, owner: [hr, staff], moves: [draft -> sent, sent -> granted]}
  days: {int: [0, 30]}
  kind: kind
actions:
  edit:
    title: Edit the request
    by: [staff]
    args:
      days: {type: {int: [1, 30]}, title: How many days}
      kind: {type: kind, title: Which kind}
      rate: {type: double, title: Pay, default: 1}
    set: {days: args.days, kind: args.kind}
  send: {title: Send it in, by: [staff], set: {stage: stage.sent}}
  grant: {title: Grant it, by: [hr, staff], set: {stage: stage.granted}}
constraints:
  - id: HR-GRANTS
    level: responsibility
    on: [grant]
    require: actor.kind == 'hr'
    otherwise: {say: "{actor.kind} cannot grant leave."}
`;

let page, server;
open(
  (now) => ({ page, server } = now),
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "holdfast-titles-"));
    await writeFile(join(folder, "leave.yaml"), leave);
    return { paths: [join(folder, "leave.yaml")], remove: () => rm(folder, { recursive: true, force: true }) };
  },
);

test("cards, forms, graph, state and log show titles, and names are proposed", async () => {
  const session = await openSession(page, server.url, "leave");
  await actAs(page, "Employee");
  const edit = card(page, "edit");
  assert.equal(await edit.locator("h3").innerText(), "Edit the request");
  assert.match(await edit.locator(".fields").innerText(), /Which kind[^]*Sick leave[^]*Holiday[^]*How many days/);
  await edit.locator("label", { hasText: /^Holiday$/ }).click();
  await propose(page, "edit", "commit");
  const moment = await page.locator(".timeline .moment").first().innerText();
  assert.match(moment, /Edit the request[^]*How many days: 1[^]*Employee/);
  assert.match(moment, /Which kind: Holiday/);
  assert.match(await page.locator(".state").innerText(), /kind[^]*Holiday/);
  await page.locator(".graph .node", { hasText: "Sent in" }).waitFor();
  await page.locator(".graph .node", { hasText: "Sent in" }).click();
  await page.waitForFunction(() => document.querySelector(".node.current text")?.textContent === "Sent in");
  const lines = (await (await fetch(`${server.api}sessions/${session}/decisions`)).text())
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ action, actor, args }) => [action, actor.kind, args]),
    [
      ["edit", "staff", { days: 1, kind: "holiday", rate: 0 }],
      ["send", "staff", {}],
    ],
  );
});

test("who may not do it at all reads that first, with who may, and only those are offered", async () => {
  await openSession(page, server.url, "leave");
  await actAs(page, "Visitor");
  const grant = card(page, "grant");
  assert.equal(
    await grant.locator(".reason.governs .say").innerText(),
    "“Grant it” is for Human Resources, not for Visitor.",
  );
  assert.deepEqual(await grant.locator(".way button").allInnerTexts(), ["Act as Human Resources"]);
});

test("an input error names the field and what would do", async () => {
  await openSession(page, server.url, "leave");
  await actAs(page, "Employee");
  const edit = card(page, "edit");
  const note = (label) => edit.locator(".field", { hasText: label }).locator(".note");
  for (const [label, text, say] of [
    ["How many days", "", "How many days: choose a whole number from 1 to 30."],
    ["How many days", "1.5", "How many days: choose a whole number from 1 to 30."],
    ["How many days", "31", "How many days: choose a whole number from 1 to 30."],
    ["Pay", "", "Pay: choose a number."],
  ]) {
    const input = edit.getByLabel(label, { exact: false }).and(page.locator("input[type=number]"));
    await input.fill(text);
    await page.waitForFunction(
      (say) => [...document.querySelectorAll("#action-edit .note")].some((note) => note.textContent.trim() === say),
      say,
    );
    assert.equal((await note(label).innerText()).trim(), say);
    assert.equal(await edit.locator(".answer .verdict").innerText(), "not yet a proposal");
    await input.fill("2");
  }
});
