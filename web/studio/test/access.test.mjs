// This file asks whether the studio is there for everyone: by keyboard, on a phone, without storage, with axe.

import assert from "node:assert/strict";
import { test } from "node:test";
import { actAs, card, openSession, paste, propose, open, violations } from "./support/studio.mjs";

let browser, page, server;
open((now) => ({ browser, page, server } = now));

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
  assert.ok(
    await page.evaluate(() => document.activeElement.matches(".card button[type=submit]")),
    "it is still there",
  );
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
