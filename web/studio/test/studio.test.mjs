// This file goes through the studio in a real Chromium, as a person does.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, beforeEach, test } from "node:test";
import {
  actAs,
  browse,
  card,
  openSession,
  paste,
  propose,
  references,
  released,
  serve,
  violations,
  watched,
} from "./support/table.mjs";

let server, browser, files, page, wrong;

before(async () => {
  files = await references();
  [server, browser] = await Promise.all([serve(files.paths), browse()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
  await files?.remove();
});
beforeEach(async () => {
  ({ page, wrong } = await watched(browser.context, new URL(server.url).origin));
});
afterEach(async () => {
  await page.close();
  assert.deepEqual(wrong, []);
});

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

test("the machine shows where it stands, and an open move is made by choosing it", async () => {
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
  const bundle =
    "agents: {owner: {}, guest: {}}\ntypes:\n  stage: {enum: [open, closed]}\nstate:\n  load: {type: int}\nactions:\n  raise: {args: {by: int}, set: {load: args.by}}\n";
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

test("decisions of others arrive by themselves, and a stale proposal is refused kindly", async () => {
  const session = await openSession(page, server.url, "spektre");
  const other = (body) =>
    fetch(`${server.api}sessions/${session}/decisions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  await other({ action: "draft", actor: { kind: "owner" } });
  await page.locator(".timeline .parity.same").first().waitFor();
  assert.match(await stateOf("plan").innerText(), /^drafted/);
  // The answer to a proposal that somebody was faster than.
  await page.route("**/decisions", async (route) => {
    await other({ action: "raise", actor: { kind: "operator" }, args: { by: 5 } });
    await route.continue();
  });
  await card(page, "settle").locator("button[type=submit]").click();
  await page.getByText("Somebody else's decision was recorded first").waitFor();
  assert.match(await stateOf("load").innerText(), /^5/);
});

test("a server that answers with other bytes is found out", async () => {
  await openSession(page, server.url, "spektre");
  await page.route("**/events*", (route) => route.abort());
  await page.route("**/decisions", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({
      response: answer,
      body: (await answer.text()).replace('"reasons":["request"]', '"reasons":["because"]'),
    });
  });
  await card(page, "draft").locator("button[type=submit]").click();
  await page.getByText("other bytes here than on the server").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /replay\/differs/);
});

test("when the server goes away it is said, and when it is back it goes on", async () => {
  const session = await openSession(page, server.url, "spektre");
  await browser.context.setOffline(true);
  await card(page, "draft").locator("button[type=submit]").click();
  await page.getByText("The server does not answer. Nothing was recorded.").waitFor();
  assert.equal(await page.locator(".timeline .seq").count(), 0);
  await browser.context.setOffline(false);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await propose(page, "draft", "commit");
  assert.equal((await log(session)).length, 1);
});

test("a server that ends is missed, and what it recorded stays on the page", async () => {
  const other = await serve([files.paths[0]]);
  try {
    const { page, wrong } = await watched(browser.context, new URL(other.url).origin);
    await openSession(page, other.url, "spektre");
    await propose(page, "draft", "commit");
    await other.close();
    await page.getByText("The server is away.").waitFor();
    assert.match(await card(page, "settle").locator(".verdict").innerText(), /would commit/);
    assert.deepEqual(wrong, []);
    await page.close();
  } finally {
    await other.close();
  }
});

test("a module that is not the one the server names is not run", async () => {
  await page.route("**/v1/modules/*", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.body()).subarray(0, 100_000) });
  });
  await page.goto(`${server.url}#/`);
  await page.getByRole("heading", { name: "The module did not load" }).waitFor();
  assert.match(await page.getByRole("alert").innerText(), /load\//);
  assert.equal(await page.locator(".tile").count(), 0);
});

test("a module that dies is started again, and the session goes on to the same bytes", async () => {
  // Every instance gets a call that traps once it is asked to.
  await page.addInitScript(() => {
    const { Instance } = WebAssembly;
    const { t: trap } = new Instance(
      new WebAssembly.Module(
        Uint8Array.of(
          0,
          97,
          115,
          109,
          1,
          0,
          0,
          0,
          1,
          4,
          1,
          96,
          0,
          0,
          3,
          2,
          1,
          0,
          7,
          5,
          1,
          1,
          116,
          0,
          0,
          10,
          5,
          1,
          3,
          0,
          0,
          11,
        ),
      ),
    ).exports;
    WebAssembly.Instance = function (module, imports) {
      const { exports } = new Instance(module, imports);
      const why = 8;
      const call = (op, ...args) =>
        op === why && window.dies > 0 && window.dies-- % 2 === 0 ? trap() : exports.holdfast_call(op, ...args);
      return exports.holdfast_call === undefined ? { exports } : { exports: { ...exports, holdfast_call: call } };
    };
  });
  await openSession(page, server.url, "spektre");
  await propose(page, "draft", "commit");
  await page.evaluate(() => (window.dies = 10)); // every other question
  await page.getByLabel("reasons (a, b)").fill("measured demand");
  await page.waitForFunction(() => window.dies === 0);
  for (const [action, verdict] of [
    ["draft", "reject"],
    ["settle", "would commit"],
  ])
    assert.equal(await card(page, action).locator(".verdict").innerText(), verdict); // it is drafted already
  assert.equal(await page.getByText("engine/trap").count(), 0);
  await propose(page, "settle", "commit");
  assert.equal(await page.locator(".parity.same").count(), 2);
});

test("a browser that keeps nothing is enough", async () => {
  await page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException("blocked", "SecurityError");
        },
      });
  });
  await openSession(page, server.url, "spektre");
  await page.getByRole("button", { name: /^Colours/ }).click();
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("heading", { name: "A valid bundle" }).waitFor();
});

test("all of it by keyboard alone", async () => {
  await page.goto(`${server.url}#/`);
  await page.locator(".tile .primary").first().waitFor();
  const tabTo = async (wanted) => {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press("Tab");
      if (
        await page.evaluate(
          (wanted) =>
            (document.activeElement.textContent || document.activeElement.getAttribute("aria-label") || "").includes(
              wanted,
            ),
          wanted,
        )
      )
        return;
    }
    assert.fail(`Tab never comes to ${wanted}`);
  };
  await tabTo("Open a session of spektre");
  assert.notEqual(
    await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle),
    "none",
    "where the focus is can be seen",
  );
  await page.keyboard.press("Enter");
  await card(page, "draft").waitFor();
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("a");
  await page.keyboard.press("ArrowRight"); // the next agent
  assert.equal(await page.locator(".acting .on").innerText(), "operator");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("c");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll(".timeline .seq").length === 1);
  await page.keyboard.press("t");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByText("before the first decision").waitFor();
  await page.keyboard.press("n");
  await page.getByText("You look at the past:").waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: /^Rules of/ }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await page.getByRole("heading", { name: "What may happen, and why." }).waitFor();
});

test("on a phone nothing scrolls sideways", async () => {
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.goto(`${server.url}#/`);
  await page.locator(".tile .primary").first().waitFor();
  assert.ok((await wide()) <= 0, "the first page");
  for (const name of ["mode-constraint-layer", "specula"]) {
    await openSession(page, server.url, name);
    await page.locator(".graph svg").first().waitFor();
    assert.ok((await wide()) <= 0, `${name}, acting`);
    for (const pane of ["State", "Decisions"]) {
      await page.locator(".panes button", { hasText: pane }).click();
      assert.ok((await wide()) <= 0, `${name}, ${pane}`);
    }
    for (const view of ["Rules", "Edit"]) {
      await page.getByRole("link", { name: view }).click();
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      assert.ok((await wide()) <= 0, `${name}, ${view}`);
    }
  }
});

test("axe finds nothing in any view, light or dark", async () => {
  const look = async (where) => assert.deepEqual(await violations(page), [], where);
  await page.goto(`${server.url}#/`);
  await page.locator(".tile .primary").first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".tile .about").length > 3);
  await look("the first page");
  await page.getByRole("link", { name: /Pick a point/ }).click();
  await page.locator(".point").waitFor();
  await look("a catalog");
  await openSession(page, server.url, "mode-constraint-layer");
  await page.locator(".graph svg").waitFor();
  await look("a session");
  await actAs(page, "external");
  await propose(page, "enter", "hold");
  await propose(page, "fail", "revert");
  await page.locator(".entire > summary").click();
  for (const summary of await page.locator(".more summary").all()) if (await summary.isVisible()) await summary.click();
  await look("a session with a hold and refusals, everything unfolded");
  await page.locator(".timeline .moment").nth(1).click();
  await page.getByText("You look at the past:").waitFor();
  await look("the past");
  await page.keyboard.press("?");
  await look("the keys");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Rules" }).click();
  await look("rules");
  await page.getByRole("link", { name: "Edit" }).click();
  await page.locator(".scenarios li").first().waitFor();
  await look("the editor");
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+Home");
  await paste(page, "bundel: x\n");
  await page.locator(".findings li").first().waitFor();
  await look("the editor with errors");
  await page.goto(`${server.url}#/session/nowhere`);
  await page.getByRole("alert").waitFor();
  await look("a session that is not there");
  await openSession(page, server.url, "specula");
  await actAs(page, "specula");
  await card(page, "produce").locator("textarea").fill("You should choose A");
  await card(page, "produce").locator("mark").first().waitFor();
  await look("marked text");
});
