// This file lists what is tested of gates in a real browser: controls in pages, as a person and a screen reader meet
// them.

import assert from "node:assert/strict";
import { renderToString } from "react-dom/server";
import { load } from "../../dist/index.js";
import { app } from "../pages/rendered.js";
import { gate } from "../support/gate.mjs";
import { accessible, described, enabled, lab, on, tip } from "./lab.mjs";

const strict = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'";

/** Looks when a pointer and a finger show an explanation, and when it is gone. */
async function shownByPointer(page) {
  // Hovering shows it, the pointer may go onto it, and leaving takes it away.
  await page.hover("#spec");
  assert.notEqual(await tip(page), "");
  await page.hover(".holdfast-tip");
  await page.waitForTimeout(300);
  assert.notEqual(await tip(page), "");
  await page.mouse.move(0, 0);
  await page.waitForFunction(() => document.querySelector(".holdfast-tip[data-open]") === null);
  // A finger that is lifted leaves nothing; the next touch elsewhere takes it away.
  await page.evaluate(() => {
    const touch = (type) =>
      document.querySelector("#spec").dispatchEvent(new PointerEvent(type, { pointerType: "touch" }));
    touch("pointerenter");
    touch("pointerleave");
  });
  await page.waitForTimeout(300);
  assert.notEqual(await tip(page), "");
  await page.evaluate(() =>
    document.querySelector("#after").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, composed: true })),
  );
  assert.equal(await tip(page), "");
}

/** Controls that come later, each refused or not for a reason of its own. */
const newcomers = `
          <br><br><a id="b" href="#gone" data-gate="enter" data-gate-args='{"to":"tusk","drift":0}'>B</a><br><br>
          <select id="c" aria-label="C" data-gate="enter" data-gate-args='{"to":"task","drift":50}'
      ><option>1</option></select>
          <button id="d" data-gate="entr">D</button>
          <button id="e" data-gate="enter" data-gate-args="{">E</button>
          <button id="f" data-gate="enter" data-gate-args='{"to":"task","drift":0}'
      data-gate-actor='{"kind":"automatic"}'>F</button>
          <button id="g" data-gate="enter" data-gate-args='{"to":"task","drift":0}'
      data-gate-actor='{"kind":"automatic"}' data-gate-hold>G</button>
          <button id="h" data-gate="enter" data-gate-args='{"to":"task","drift":50}' data-gate-native>H</button>`;

/** In the page: renders gates by React, decides, and returns what was rendered and clicked. */
async function rendering() {
  const { createElement, createRoot, StrictMode, react, mode } = window.lab;
  const turn = () => new Promise((resolve) => setTimeout(resolve, 10));
  const session = mode();
  const renders = { spec: 0, note: 0 };
  const Spec = () => (
    renders.spec++,
    createElement(
      "output",
      { id: "spec" },
      react.useGate(session, "enter", { to: "spec", drift: 0 }).governing || "open",
    )
  );
  const Note = () => (
    renders.note++,
    createElement("output", null, String(react.useGate(session, "note", { text: "a" }).allowed))
  );
  let clicks = 0,
    proposed = 0;
  const App = ({ gone }) =>
    createElement(
      "div",
      null,
      createElement(Spec),
      createElement(Note),
      gone
        ? null
        : createElement(
            react.Gate,
            { session, action: "enter", args: { to: "spec", drift: 0 }, propose: () => proposed++ },
            createElement("button", { onClick: () => clicks++, key: "k" }, "Spec"),
          ),
      createElement(react.Gate, { session, action: "enter", args: { to: "task", drift: 0 } }, ({ verdict }) =>
        createElement("i", null, verdict),
      ),
    );
  const root = createRoot(document.querySelector("#root"));
  root.render(createElement(StrictMode, null, createElement(App, {})));
  await turn();
  const before = { ...renders };
  const text = () => document.querySelector("#spec").textContent;
  const seen = [text()];
  const decide = (to) => window.lab.enter(session, to);
  decide("task");
  await turn();
  seen.push(text());
  const button = document.querySelector("button");
  button.click();
  const refused = [clicks, proposed, button.getAttribute("aria-disabled")];
  decide("task");
  await turn();
  const rendered = renders.spec - before.spec;
  decide("chat");
  await turn();
  seen.push(text());
  button.click();
  const through = [clicks, proposed, button.getAttribute("aria-disabled")];
  root.render(createElement(App, { gone: true }));
  await turn();
  root.unmount();
  await turn();
  return {
    seen,
    refused,
    through,
    rendered,
    notes: renders.note - before.note,
    left: document.querySelectorAll(".holdfast-notes span").length,
  };
}

export const suites = {
  async "gates that a server has rendered need no inline style, before React takes over, as it does, and after"(where) {
    const engine = await load();
    const session = engine.bundle(gate).open("s1", { actor: { kind: "user", id: "u1" } });
    const markup = renderToString(app(session));
    engine.close();
    assert.equal(/style/i.test(markup), false, markup);
    const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mode</title>
<script src="listen.js"></script>
      <main>${markup}</main><script type="module" src="rendered.js"></script>`;
    const page = await where.browser.newPage();
    const wrong = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
    let release;
    const held = new Promise((done) => (release = done));
    await page.route("**/pages/rendered.html", (route) =>
      route.fulfill({ body, contentType: "text/html", headers: { "content-security-policy": strict } }),
    );
    await page.route("**/pages/rendered.js", (route) => held.then(() => route.continue()));
    try {
      await page.goto(`${where.origin}/pages/rendered.html`, { waitUntil: "commit" });
      const boxes = () =>
        page.$$eval("main *", (all) =>
          all.map((one) => [
            one.localName,
            one.getClientRects().length,
            one.getAttribute("style"),
            JSON.stringify(one.getBoundingClientRect()),
          ]),
        );
      await page.waitForSelector("main i");
      const before = await boxes();
      assert.deepEqual(
        before.map(([name, rects]) => [name, rects]),
        [
          ...Array(3)
            .fill([
              ["slot", 0],
              ["button", 1],
            ])
            .flat(),
          ["p", 1],
          ["i", 1],
          ["div", 1],
        ],
      );
      release();
      await page.waitForFunction(() => document.querySelectorAll('button[aria-disabled="false"]').length === 3);
      assert.deepEqual(await boxes(), before, "the layout moved, or something has a style");
      await page.click("button >> nth=1"); // to task
      await page.waitForSelector('button[aria-disabled="true"]');
      await page.focus("button >> nth=2");
      assert.match(await tip(page), /^Leave task for chat first\./);
      // React's own root in a shadow tree, where a slot would take what its host has.
      assert.deepEqual(await page.evaluate(() => window.inShadow()), [0, 1, "true"]);
      assert.deepEqual(await page.evaluate(() => [window.refusedByPolicy, window.recovered]), [[], []]);
      assert.deepEqual(wrong, []);
    } finally {
      release();
      await page.close();
    }
  },

  async "a plain page and a React page gate a session, each in under fifteen lines"(where) {
    for (const path of ["/pages/plain.html", "/pages/react.html"])
      await on(where, path, async (page) => {
        await page.waitForFunction(() => document.querySelectorAll('button[aria-disabled="false"]').length === 3);
        await page.click("button >> nth=1"); // to task
        await page.waitForFunction(() => document.querySelectorAll('button[aria-disabled="true"]').length === 1);
        assert.deepEqual(await enabled(page), [true, true, false]);
        await page.click("button >> nth=2", { force: true }); // refused: nothing happens
        await page.waitForTimeout(20);
        assert.deepEqual(await enabled(page), [true, true, false]);
        assert.deepEqual(await described(page, "button:nth-of-type(3), slot:nth-of-type(3) button"), {
          role: "button",
          name: await page.textContent("button >> nth=2"),
          description: await tip(page),
          disabled: true,
          invalid: "false",
        });
        assert.match(await tip(page), /^Leave task for chat first\. First: enter \(chat\)\.$/);
        await accessible(page);
        await page.click("button >> nth=0");
        await page.waitForFunction(() => document.querySelectorAll('button[aria-disabled="false"]').length === 3);
        await page.click("button >> nth=2");
        await page.waitForFunction(
          () => document.querySelectorAll("button")[1].getAttribute("aria-disabled") === "true",
        );
      });
  },

  async "a refused control is reached and explained by keyboard alone"(where) {
    const html = `<p><button id="before">Before</button>
      <button id="spec" data-gate="enter" data-gate-args='{"to":"spec","drift":0}' disabled
      aria-describedby="mine">Spec</button>
      <button id="after">After</button></p><p id="mine">Specification mode.</p>`;
    await lab(where, html, async (page) => {
      await page.evaluate(() => {
        window.session = window.lab.mode();
        window.proposed = [];
        window.lab.bind(document, window.session, {
          propose: (proposal) => window.proposed.push(window.session.decide(proposal).verdict),
        });
        window.clicks = 0;
        document.querySelector("#spec").addEventListener("click", () => window.clicks++);
        window.lab.enter(window.session, "task");
      });
      const box = () => page.$$eval("button", (all) => all.map((one) => JSON.stringify(one.getBoundingClientRect())));
      const before = await box();
      await page.focus("#before");
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.id), "spec");
      assert.match(await tip(page), /^Leave task for chat first\. First: /);
      const { description, disabled } = await described(page, "#spec");
      assert.match(description, /^Specification mode\. Leave task for chat first\. First: /);
      assert.equal(disabled, true);
      assert.deepEqual(await box(), before, "the layout moved");
      await accessible(page);
      for (const key of ["Enter", "Space"]) await page.keyboard.press(key);
      await page.keyboard.press("Escape");
      assert.equal(await tip(page), "");
      assert.equal(await page.evaluate(() => document.activeElement.id), "spec", "Escape took the focus away");
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.id), "after");
      assert.deepEqual(await page.evaluate(() => [window.clicks, window.proposed]), [0, []]);
      await shownByPointer(page);
      // What the page shows may be older than the session: the click asks again.
      const [through] = await page.evaluate(async () => {
        const control = document.querySelector("#spec");
        const decide = (to) => window.lab.enter(window.session, to);
        decide("chat");
        await new Promise((resolve) => setTimeout(resolve));
        decide("task");
        control.click(); // shown as allowed still
        return [window.clicks];
      });
      assert.equal(through, 0);
      await page.evaluate(() => window.lab.enter(window.session, "chat"));
      await page.focus("#spec");
      assert.deepEqual(await described(page, "#spec"), {
        role: "button",
        name: "Spec",
        description: "Specification mode.",
        disabled: false,
        invalid: "false",
      });
      await page.keyboard.press("Enter");
      assert.deepEqual(await page.evaluate(() => [window.clicks, window.proposed]), [1, ["commit"]]);
    });
  },

  async "controls come, go and change, and are left as they were"(where) {
    await lab(
      where,
      `<div id="here"><button id="a" class="x" data-gate="enter" data-gate-args='{"to":"task","drift":0}' disabled
      >A</button></div>`,
      async (page) => {
        const turn = () => page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
        const state = (id) => page.$eval(`#${id}`, (one) => [one.getAttribute("aria-disabled"), one.disabled ?? false]);
        const before = await page.$eval("main", (main) => main.innerHTML);
        await page.evaluate(() => (window.unbind = window.lab.bind(document, (window.session = window.lab.mode()))));
        await page.$eval("#here", (here, html) => here.insertAdjacentHTML("beforeend", html), newcomers);
        await turn();
        const states = {};
        for (const id of "abcdefgh") states[id] = await state(id);
        assert.deepEqual(states, {
          a: ["false", false],
          b: ["true", false],
          c: ["true", true],
          d: ["true", false],
          e: ["true", false],
          f: ["true", false],
          g: ["false", false],
          h: ["true", true],
        });
        assert.match((await described(page, "#d")).description, /no action `entr`.*`enter`/);
        assert.match((await described(page, "#e")).description, /data-gate-args is not a JSON object/);
        for (const button of ["left", "middle"]) await page.click("#b", { force: true, button });
        await page.waitForTimeout(50);
        assert.equal(
          page
            .context()
            .pages()
            .filter((one) => one.url().includes("#gone")).length,
          0,
        );
        assert.equal(new URL(page.url()).hash, "");
        await accessible(page);
        await page.$eval("#d", (d) => d.setAttribute("data-gate", "note"));
        await page.$eval("#d", (d) => d.setAttribute("data-gate-args", '{"text":"x"}'));
        await turn();
        assert.deepEqual(await state("d"), ["false", false]);
        // A control that has left the page is not gated any more.
        const notes = () => page.$$eval(".holdfast-notes span", (all) => all.length);
        const had = await notes();
        await page.evaluate(
          () => (
            "bcdefgh".split("").forEach((id) => document.getElementById(id).remove()),
            document.querySelectorAll("main br").forEach((br) => br.remove())
          ),
        );
        await turn();
        assert.ok((await notes()) < had);
        await page.evaluate(() => window.session.close());
        await turn();
        assert.deepEqual(await state("a"), ["true", false]);
        await page.evaluate(() => window.unbind());
        assert.equal(
          (await page.$eval("main", (main) => main.innerHTML)).replace(/\s+/g, " ").trim(),
          before.replace("</div>", " </div>").replace(/\s+/g, " ").trim(),
        );
      },
    );
  },

  async "<holdfast-gate> refuses until it has a session, in shadow trees too"(where) {
    await lab(
      where,
      `<holdfast-gate id="g" action="enter" args='{"to":"spec","drift":0}'><button id="spec">Spec</button
      ></holdfast-gate><p><br></p><div id="host"></div>`,
      async (page) => {
        assert.equal(await page.getAttribute("#spec", "aria-disabled"), "true");
        assert.equal((await described(page, "#spec")).description, "This is not ready yet.");
        const result = await page.evaluate(async () => {
          const turn = () => new Promise((resolve) => setTimeout(resolve));
          const session = (window.session = window.lab.mode());
          const shadow = document.querySelector("#host").attachShadow({ mode: "open" });
          shadow.innerHTML = `<holdfast-gate action="enter" args='{"to":"spec","drift":50}'
      ><button id="inner">Inner</button
      ></holdfast-gate><p><br></p><button id="own" data-gate="enter"
      data-gate-args='{"to":"spec","drift":50}'>Own</button>`;
          window.lab.bind(document, session);
          window.lab.bind(shadow, session);
          const heard = [];
          document.querySelector("#g").addEventListener("gatechange", ({ detail }) => heard.push(detail.allowed));
          window.lab.enter(session, "task");
          await turn();
          const inner = shadow.querySelector("#inner");
          inner.focus();
          return {
            heard,
            allowed: document.querySelector("#g").value.allowed,
            governing: document.querySelector("#g").gate.governing,
            describedInside: ["inner", "own"].map((id) =>
              shadow
                .getElementById(shadow.getElementById(id).getAttribute("aria-describedby"))
                ?.textContent.slice(0, 10),
            ),
            tip: shadow.querySelector(".holdfast-tip[data-open]")?.textContent.slice(0, 10),
            styled: getComputedStyle(shadow.querySelector(".holdfast-tip")).position,
          };
        });
        assert.deepEqual(result, {
          heard: [false],
          allowed: false,
          governing: "GRD-5",
          describedInside: ["Leave task", "Leave task"],
          tip: "Leave task",
          styled: "fixed",
        });
        await accessible(page);
        await page.evaluate(() => (document.querySelector("#g").args = { to: "chat", drift: 0 }));
        assert.equal(await page.getAttribute("#spec", "aria-disabled"), "false");
        await page.evaluate(() =>
          document
            .querySelector("#spec")
            .replaceWith(Object.assign(document.createElement("button"), { id: "other", textContent: "Other" })),
        );
        await page.evaluate(() => (document.querySelector("#g").args = { to: "spec", drift: 0 }));
        assert.equal(await page.getAttribute("#other", "aria-disabled"), "true");
      },
    );
  },

  async "the explanation is legible in light, dark and forced colours, and still where motion is not wanted"(where) {
    for (const media of [
      { colorScheme: "light" },
      { colorScheme: "dark" },
      { forcedColors: "active" },
      { reducedMotion: "reduce" },
    ])
      await lab(
        where,
        `<button id="x" data-gate="enter" data-gate-args='{"to":"task","drift":50}'>X</button>`,
        async (page) => {
          await page.emulateMedia(media);
          await page.evaluate(() => window.lab.bind(document, window.lab.mode()));
          await page.focus("#x");
          const { back, ink, animation } = await page.$eval(".holdfast-tip", (one) => {
            const style = getComputedStyle(one);
            return { back: style.backgroundColor, ink: style.color, animation: style.animationName };
          });
          assert.equal(
            back === "rgb(255, 255, 255)",
            media.colorScheme !== "dark",
            `${JSON.stringify(media)}: ${back}`,
          ); // the page's own scheme
          const light = (colour) =>
            colour
              .match(/[\d.]+/g)
              .slice(0, 3)
              .reduce((sum, part) => sum + Number(part), 0) / 765;
          assert.ok(Math.abs(light(back) - light(ink)) > 0.6, `${JSON.stringify(media)}: ${ink} on ${back}`);
          assert.equal(animation, media.reducedMotion === "reduce" ? "none" : "holdfast-appear");
        },
      );
  },

  async "React renders a gate again when its answer is another one, and only then"(where) {
    await lab(where, "<div id=root></div>", async (page) => {
      const result = await page.evaluate(rendering);
      // The last render removes StrictMode.
      assert.ok(result.notes <= 1, "the note's answer stayed");
      assert.deepEqual(
        { ...result, notes: 0 },
        {
          seen: ["open", "GRD-5", "open"],
          refused: [0, 0, "true"],
          through: [1, 1, "false"],
          rendered: 2,
          notes: 0,
          left: 0,
        },
      );
    });
  },
};
