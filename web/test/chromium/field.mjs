// This file lists what is tested of a field's marks in a real browser: they are where the text is, as one types.

import assert from "node:assert/strict";
import { accessible, described, lab } from "./lab.mjs";

/** How far the layer is off the field, in pixels: it lies on it, and its text runs as the field's does. */
async function layerOff(page, field) {
  return await page.$eval(field, (one) => {
    const layer = one.nextElementSibling;
    const [a, b] = [one.getBoundingClientRect(), layer.getBoundingClientRect()];
    return [
      a.left - b.left,
      a.top - b.top,
      a.width - b.width,
      a.height - b.height,
      one.scrollHeight - layer.scrollHeight,
    ].map(Math.round);
  });
}

export const suites = {
  async "matches are painted where the text is, as one types"(where) {
    const html = `<form id="form"><label for="t">Text</label><br><textarea id="t" rows="4" cols="30"
  data-gate-text="say" data-gate-args='{"tone":"plain"}'></textarea>
      <label for="i">Line</label><input id="i" data-gate-text="say" data-gate-args='{"tone":"plain"}'
  ><button id="send" data-gate-field="t">Say</button></form>`;
    await lab(where, html, async (page) => {
      await page.evaluate(() => {
        window.session = window.lab.speech();
        window.said = [];
        document.querySelector("#form").addEventListener("submit", (event) => event.preventDefault());
        window.lab.bind(document, window.session, { propose: (proposal) => window.said.push(proposal.args.text) });
      });
      const frame = () =>
        page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      assert.equal(await page.$eval("#t", (t) => t.hasAttribute("aria-invalid")), false);
      assert.equal(await page.getAttribute("#send", "aria-disabled"), "true");
      for (const field of ["#t", "#i"]) {
        await page.focus(field);
        await page.keyboard.type("I think you should choose A?");
        await frame();
        assert.deepEqual(
          await page.$$eval(`${field} + .holdfast-back mark`, (all) => all.map((one) => one.textContent)),
          ["you should choose"],
        );
        const { invalid, description } = await described(page, field);
        assert.deepEqual([invalid, description], ["true", "Leave the choice to the reader."]);
        const off = await layerOff(page, field);
        assert.deepEqual(off, [0, 0, 0, 0, 0], field);
      }
      await accessible(page);
      // Long text scrolls, and the field may be resized.
      await page.fill("#t", "word ".repeat(200) + "the best\n");
      await frame();
      await page.$eval("#t", (t) => (t.scrollTop = t.scrollHeight));
      await frame();
      assert.equal(
        await page.$eval("#t", (t) => t.nextElementSibling.scrollTop),
        await page.$eval("#t", (t) => t.scrollTop),
      );
      await page.$eval("#t", (t) => (t.style.width = "500px"));
      await frame();
      assert.deepEqual(
        await page.$eval("#t", (t) => [
          t.offsetWidth - t.nextElementSibling.offsetWidth,
          t.scrollHeight - t.nextElementSibling.scrollHeight,
        ]),
        [0, 0],
      );
      // A refused text is neither submitted nor proposed, even before the next frame.
      await page.fill("#t", "What?");
      await frame();
      assert.equal(await page.getAttribute("#send", "aria-disabled"), "false");
      await page.$eval("#t", (t) => {
        t.value = "the best";
        document.querySelector("#send").click();
      });
      assert.deepEqual(await page.evaluate(() => window.said), []);
      await page.fill("#t", "What?");
      await page.fill("#i", "What?");
      await frame();
      assert.equal(await page.$$eval(".holdfast-back", (all) => all.length), 0);
      await page.click("#send");
      assert.deepEqual(await page.evaluate(() => window.said), ["What?"]);
    });
  },

  async "an input method is left alone"(where) {
    await lab(
      where,
      `<textarea id="t" aria-label="T" data-gate-text="say" data-gate-args='{"tone":"plain"}'></textarea>`,
      async (page) => {
        await page.evaluate(() => window.lab.bind(document, window.lab.speech()));
        await page.focus("#t");
        const client = await page.context().newCDPSession(page);
        await client.send("Input.imeSetComposition", { text: "the be", selectionStart: 6, selectionEnd: 6 });
        await page.waitForTimeout(50);
        await client.send("Input.imeSetComposition", { text: "the best", selectionStart: 8, selectionEnd: 8 });
        await page.waitForFunction(() => document.querySelector("mark") !== null);
        assert.deepEqual(await page.$$eval("mark", (all) => all.map((one) => one.textContent)), ["the best"]);
        await client.send("Input.insertText", { text: "the best" });
        assert.equal(await page.inputValue("#t"), "the best");
        await page.keyboard.type("!");
        await page.waitForTimeout(50);
        await page.evaluate(() => document.execCommand("undo")); // the browser's own history is whole
        assert.ok(!(await page.inputValue("#t")).endsWith("!"));
      },
    );
  },
};
