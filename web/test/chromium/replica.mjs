// This file lists what is tested of replicas in a real browser: tabs, being offline, a
// server that dies, and pages that are put away and brought back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { executablePath } from "../support/chromium.mjs";
import { gate } from "../support/gate.mjs";
import { modulePath } from "../support/module.mjs";
import { Proxy, Server } from "../support/server.mjs";
import { tally } from "../support/tally.mjs";

const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
let count = 0;

/** Runs fn with a server, a proxy that also serves the page, and what opens tabs. */
async function setting(browser, fn) {
  const ending = [];
  const t = { after: (end) => ending.unshift(end) };
  try {
    const server = await Server.start(t, [tally, gate]);
    const proxy = await Proxy.start(t, server);
    const { outputFiles } = await build({
      entryPoints: ["./replica-page.js", "../pages/server.js"].map((name) =>
        fileURLToPath(new URL(name, import.meta.url)),
      ),
      bundle: true,
      external: ["./inline.js"],
      write: false,
      outdir: "/",
      format: "esm",
      target: "es2022",
      logLevel: "error",
    });
    const page = (type, body) => ({
      status: 200,
      headers: { "content-type": type, "content-security-policy": policy },
      body,
    });
    const script = (name) => page("text/javascript", outputFiles.find(({ path }) => path.endsWith(name)).text);
    const files = new Map([
      [
        "/",
        page(
          "text/html",
          '<!doctype html><meta charset="utf-8"><title></title><script type="module" src="/page.js"></script>',
        ),
      ],
      ["/away", page("text/html", "<!doctype html><title>away</title>")],
      ["/page.js", script("replica-page.js")],
      [
        "/readme",
        page(
          "text/html",
          readFileSync(new URL("../pages/plain.html", import.meta.url), "utf8").replace("plain.js", "server.js"),
        ),
      ],
      ["/server.js", script("server.js")],
      ["/holdfast.wasm", page("application/wasm", readFileSync(modulePath))],
      ["/favicon.ico", { status: 204 }],
    ]);
    const faults = { now: () => undefined };
    proxy.fault = (request) => files.get(request.path.split("?")[0]) ?? faults.now(request);
    const id = `tab-${++count}`;
    await server.create(id, "tally@1.0.0");
    const open = async (host = "127.0.0.1") => {
      const tab = await browser.newPage();
      t.after(() => tab.close());
      tab.on("pageerror", (error) => console.error(String(error)));
      await tab.goto(`${proxy.url.replace("127.0.0.1", host)}/?session=${id}`);
      await tab.waitForFunction(() => window.tab !== undefined);
      return tab;
    };
    const other = (action, args) =>
      server.ask(`/v1/sessions/${id}/decisions`, { action, args, actor: { kind: "user", id: "bob" } });
    await fn({ server, proxy, faults, open, other, log: () => server.log(id) });
  } finally {
    for (const end of ending) await end();
  }
}

const now = (tab) => tab.evaluate(() => window.tab.now);

/** Waits until a tab is as wanted says. */
async function becomes(tab, wanted, times = 3000) {
  let found;
  for (let i = 0; i < times; i++) {
    found = await now(tab);
    if (Object.entries(wanted).every(([name, value]) => found[name] === value)) return found;
    await new Promise((done) => setTimeout(done, 20));
  }
  assert.deepEqual(found, { ...found, ...wanted });
}

export const suites = {
  async "the README's page gates a session of a server"({ browser }) {
    await setting(browser, async ({ server, proxy }) => {
      await server.create("s1", "gate@1.0.0");
      const tab = await browser.newPage();
      await tab.goto(`${proxy.url}/readme`);
      await tab.waitForFunction(() => document.title === "live, 0 unsent");
      await tab.click("button >> nth=1"); // to task
      await tab.waitForFunction(() => document.querySelectorAll("button")[2].getAttribute("aria-disabled") === "true");
      for (let i = 0; i < 3000 && (await server.log("s1")).length === 0; i++)
        await new Promise((done) => setTimeout(done, 20));
      assert.deepEqual(
        (await server.log("s1")).map((text) => JSON.parse(text).args.to),
        ["task"],
      );
      await tab.close();
    });
  },

  async "two tabs of one session, offline and back, and one is closed meanwhile"({ browser }) {
    await setting(browser, async ({ open, log, other }) => {
      const [a, b] = [await open(), await open()];
      assert.equal(await a.evaluate(() => window.tab.propose("add", { n: 1 })), "commit");
      for (const tab of [a, b]) await becomes(tab, { status: "live", seq: 1, total: 1, pending: 0 });
      await browser.setOffline(true);
      for (const tab of [a, b]) await becomes(tab, { status: "offline", reason: "replica/unreachable", allowed: true });
      await a.evaluate(() => window.tab.propose("add", { n: 2 }));
      await b.evaluate(() => window.tab.propose("add", { n: 3 }));
      for (const tab of [a, b]) await becomes(tab, { pending: 2, total: 6, confirmed: 1 });
      await a.close();
      await other("add", { n: 10 });
      await browser.setOffline(false);
      await becomes(b, { status: "live", pending: 0, total: 16, confirmed: 16, seq: 4 });
      assert.deepEqual(
        (await log()).map((text) => JSON.parse(text).args.n),
        [1, 10, 2, 3],
      );
      assert.deepEqual(await b.evaluate(() => window.tab.settled), ["confirmed"]);
      assert.equal(
        await b.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("holdfast")).length),
        0,
      );
    });
  },

  async "a tab that is reloaded with proposals unsent sends them, once"({ browser }) {
    await setting(browser, async ({ open, log, faults }) => {
      const tab = await open();
      faults.now = ({ method }) => (method === "POST" ? "drop" : undefined); // recorded, and the answer is lost
      await tab.evaluate(() => (window.tab.propose("add", { n: 1 }), window.tab.propose("add", { n: 2 })));
      await becomes(tab, { total: 3, confirmed: 1 });
      faults.now = () => undefined;
      await tab.reload();
      await tab.waitForFunction(() => window.tab !== undefined);
      await becomes(tab, { status: "live", pending: 0, total: 3, confirmed: 3 });
      assert.equal((await log()).length, 2);
    });
  },

  async "on plain http, without Web Locks, one of two tabs sends, in order, and the other takes over when it dies"({
    browser,
  }) {
    await setting(browser, async ({ open, log, faults }) => {
      const tabs = [await open("shop.test"), await open("shop.test")];
      for (const tab of tabs)
        assert.deepEqual(await tab.evaluate(() => [isSecureContext, typeof navigator.locks]), [false, "undefined"]);
      const own = (tab) => tab.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("holdfast.")));
      let sending = 0;
      let most = 0;
      let going = false;
      faults.now = async ({ method }) => {
        if (method !== "POST") return undefined;
        if (!going) return "refuse";
        most = Math.max(most, ++sending);
        await new Promise((done) => setTimeout(done, 30)); // long enough for another to come in between
        sending--;
        return undefined;
      };
      for (let n = 1; n <= 8; n++) {
        await tabs[n % 2].evaluate(
          (back) =>
            (Date.now = (
              (now) => () =>
                now() - back
            )(Date.now)),
          n * 1000,
        ); // clocks are set back
        for (const tab of tabs) await becomes(tab, { pending: n - 1 });
        await tabs[n % 2].evaluate((n) => window.tab.propose("add", { n }), n);
      }
      going = true;
      for (const tab of tabs) await becomes(tab, { pending: 0, total: 36, confirmed: 36, status: "live" });
      // Both have something to send at once, again and again.
      for (let n = 0; n < 5; n++)
        await Promise.all(tabs.map((tab) => tab.evaluate(() => window.tab.propose("add", { n: 1 }))));
      for (const tab of tabs) await becomes(tab, { pending: 0, total: 46, confirmed: 46 });
      assert.deepEqual(
        (await log()).slice(0, 8).map((text) => JSON.parse(text).args.n),
        [1, 2, 3, 4, 5, 6, 7, 8],
      );
      assert.equal(most, 1);
      for (const tab of tabs) {
        assert.deepEqual(await tab.evaluate(() => window.tab.settled), Array(9).fill("confirmed"));
        assert.deepEqual(await tab.evaluate(() => window.tab.told.filter(([kind]) => kind === "storage")), []);
      }
      // The one that sends dies with the request under way.
      let asked;
      const begun = new Promise((done) => (asked = done));
      faults.now = ({ method }) => (method === "POST" ? (asked(), new Promise(() => undefined)) : undefined);
      await tabs[0].evaluate(() => window.tab.propose("add", { n: 100 }));
      await begun;
      await becomes(tabs[1], { pending: 1 });
      assert.equal((await own(tabs[1])).filter((name) => name.startsWith("holdfast.lease ")).length, 1);
      await tabs[0].goto("chrome://crash").catch(() => undefined);
      faults.now = () => undefined;
      await becomes(tabs[1], { pending: 0, total: 146, confirmed: 146 }, 3000);
      assert.equal((await log()).length, 19);
      for (let i = 0; i < 3000 && (await own(tabs[1])).length > 0; i++)
        await new Promise((done) => setTimeout(done, 20));
      assert.deepEqual(await own(tabs[1]), []);
    });
  },

  async "the server is killed and comes back"({ browser }) {
    await setting(browser, async ({ open, server, log }) => {
      const tab = await open();
      await server.kill();
      await becomes(tab, { status: "offline" });
      await tab.evaluate(() => window.tab.propose("add", { n: 5 }));
      await becomes(tab, { total: 5, confirmed: 0, pending: 1 });
      await server.begin();
      await becomes(tab, { status: "live", total: 5, confirmed: 5, pending: 0 });
      assert.equal((await log()).length, 1);
    });
  },

  async "a page from the back-forward cache allows nothing until it has caught up"() {
    const browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu"],
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
    });
    try {
      await setting(await browser.newContext(), async ({ open, other, faults, proxy }) => {
        const tab = await open();
        assert.equal((await now(tab)).allowed, true);
        await tab.evaluate(() => {
          window.brought = "from the cache";
          window.seen = [];
          // Registered after the replica's own listener: what a page shows first.
          addEventListener("pageshow", ({ persisted }) =>
            window.seen.push([persisted, window.tab.now.allowed, window.tab.now.governing]),
          );
        });
        await tab.goto(`${proxy.url}/away`);
        await other("shut", {});
        let release;
        faults.now = ({ kind, method }) =>
          method === "GET" && kind === "decisions" ? new Promise((done) => (release = done)) : undefined;
        await tab.goBack({ waitUntil: "commit" });
        assert.equal(
          await tab.evaluate(() => window.brought),
          "from the cache",
          "Chromium did not keep the page: something of the replica keeps it from that",
        );
        assert.deepEqual(await tab.evaluate(() => window.seen), [[true, false, "replica/stale"]]);
        await becomes(tab, { status: "catching-up", allowed: false, governing: "replica/stale" });
        assert.equal(await tab.title(), "replica/stale");
        release(undefined);
        faults.now = () => undefined;
        await becomes(tab, { status: "live", seq: 1, allowed: false, governing: "OPEN" });
        await tab.evaluate(() => window.tab.propose("unlock", {}));
        await becomes(tab, { allowed: true, confirmed: 0, seq: 2, pending: 0 });
      });
    } finally {
      await browser.close();
    }
  },
};
