// This file looks at how a page follows its server: other clients, a server that ends, lies or comes back, the module.

import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { trapBytes } from "../../test/support/module.mjs";
import { card, openSession, propose, serve, open, watched } from "./support/studio.mjs";

let browser, files, page, server;
open((now) => ({ browser, files, page, server } = now));

const urlOf = (session, api = server.api) => `${api}sessions/${session}/decisions`;
const log = async (session, api) => (await (await fetch(urlOf(session, api))).text()).split("\n").filter(Boolean);
const stateOf = (name, on = page) =>
  on
    .locator(".state .values > div", { has: on.locator("dt", { hasText: new RegExp(`^${name}(changed)?$`) }) })
    .locator("dd");

/** Decides as another client of the server does. */
async function decide(session, body, api) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(urlOf(session, api), { method: "POST", headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, await answer.text());
}

/** Has something happen between the click and the server's receiving of it. */
async function beforeSent(happen) {
  const late = async (route) => {
    await happen();
    await route.continue();
  };
  await page.route("**/decisions", late, { times: 1 });
}

const draft = { action: "draft", actor: { kind: "owner" } };
const raise = { action: "raise", actor: { kind: "operator" }, args: { by: 5 } };
const decisions = (on, count) =>
  on.waitForFunction((n) => document.querySelectorAll(".timeline .parity.same").length === n, count);
const submit = (action, on = page) => card(on, action).locator("button[type=submit]");

test("the page has no reader of events of its own: it follows by the SDK's replica", async () => {
  const src = new URL("../src/", import.meta.url);
  const sources = (await readdir(src, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
  const texts = await Promise.all(sources.map(async (name) => [name, await readFile(new URL(name, src), "utf8")]));
  const names = (wanted) => texts.filter(([, text]) => wanted.test(text)).map(([name]) => name);
  assert.deepEqual(names(/EventSource|event-stream|getReader|\/events|\/snapshot/), []);
  assert.deepEqual(names(/\bconnect\(/), ["session/followed.ts"]);

  const asked = [];
  page.on("request", (request) => asked.push(request));
  const session = await openSession(page, server.url, "spektre");
  const events = asked.find((request) => request.url().endsWith(`/${session}/events`));
  assert.equal(events.headers()["last-event-id"], "0"); // as the replica asks
});

test("another client's decision appears, and what would still get the same is proposed after it", async () => {
  const session = await openSession(page, server.url, "spektre");
  await decide(session, draft);
  await decisions(page, 1);
  assert.match(await stateOf("plan").innerText(), /^drafted/);
  await beforeSent(() => decide(session, raise));
  await submit("settle").click();
  await decisions(page, 3);
  assert.match(await stateOf("load").innerText(), /^5/);
  assert.deepEqual(
    (await log(session)).map((line) => JSON.parse(line).action),
    ["draft", "raise", "settle"],
  );
});

test("a proposal that would get another verdict by then is not sent, and the page says why", async () => {
  const session = await openSession(page, server.url, "spektre");
  await beforeSent(() => decide(session, draft));
  await submit("draft").click();
  const alert = await page.getByRole("alert").innerText();
  assert.match(alert, /Another client's decision was recorded first\..*“commit” gets “reject” now.*replica\/conflict/);
  await decisions(page, 1);
  assert.equal((await log(session)).length, 1);
  assert.equal(await card(page, "draft").locator(".verdict").first().innerText(), "reject");
});

test("two tabs on one session agree, and both can propose", async () => {
  const session = await openSession(page, server.url, "spektre");
  const { page: other, wrong } = await watched(browser.context, new URL(server.url).origin);
  await other.goto(`${server.url}#/session/${session}`);
  await card(other, "draft").waitFor();
  await propose(page, "draft", "commit");
  await decisions(other, 1);
  await Promise.all([submit("settle", other).click(), submit("raise").click()]);
  await Promise.all([decisions(page, 3), decisions(other, 3)]);
  const digests = (on) => on.locator(".parity code").evaluateAll((codes) => codes.map(({ title }) => title));
  assert.deepEqual(await digests(other), await digests(page));
  assert.equal((await log(session)).length, 3);
  for (const name of ["plan", "load", "settled"])
    assert.equal(await stateOf(name, other).first().innerText(), await stateOf(name).first().innerText());
  assert.deepEqual(wrong, []);
  await other.close();
});

test("a server that tells other bytes is found out, and nothing more is taken from it", async () => {
  await page.route("**/events", async (route) => {
    const [, session] = /sessions\/([^/]+)/.exec(route.request().url());
    await decide(session, draft);
    const lie = (await log(session))[0].replace('"reasons":["request"]', '"reasons":["because"]');
    await route.fulfill({ contentType: "text/event-stream", body: `event: decision\nid: 1\ndata: ${lie}\n\n` });
  });
  await openSession(page, server.url, "spektre");
  const banner = page.locator(".banner.stopped");
  await banner.waitFor();
  assert.match(await banner.innerText(), /not followed any more\. Decision 1 [^]*replica\/differs/);
  assert.equal(await page.locator(".timeline .seq").count(), 0);
  assert.match(await stateOf("plan").innerText(), /^none/);
  assert.equal(await page.locator(".card button[type=submit]:not(:disabled)").count(), 0);
  assert.match(await card(page, "draft").locator(".verdict").innerText(), /would commit/); // as of what was confirmed
  await page.unroute("**/events");
  await banner.getByRole("button", { name: "Try again" }).click();
  await decisions(page, 1);
});

test("where the answer is a lie, the page does not claim to know what was recorded", async () => {
  await openSession(page, server.url, "spektre");
  await page.route("**/decisions", async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace('"reasons":["request"]', '"reasons":["because"]');
    await route.fulfill({ response: answer, body });
  });
  await submit("draft").click();
  await page.locator(".banner.stopped").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /does not know whether the proposal was recorded/);
});

test("a refusal by the server is shown with its reason, and the page goes on", async () => {
  const session = await openSession(page, server.url, "spektre");
  const refusal = { type: "about:blank", status: 403, code: "auth/actor", detail: "the token is ann's, not owner's" };
  await page.route("**/decisions", (route) =>
    route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(refusal) }),
  );
  await submit("draft").click();
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.innerText(), /^The token is ann's, not owner's\. auth\/actor/);
  assert.equal((await log(session)).length, 0);
  await page.unroute("**/decisions");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await propose(page, "draft", "commit");
  assert.equal((await log(session)).length, 1);
});

test("while there is no network that is said, and what is proposed waits and is decided once", async () => {
  const session = await openSession(page, server.url, "spektre");
  await browser.context.setOffline(true);
  try {
    await page.getByText("The server is away.").waitFor();
    await submit("draft").click();
    await page.getByText("“draft” waits for the server.").waitFor();
    assert.equal(await page.locator(".timeline .seq").count(), 0);
    await submit("raise").click({ force: true }); // one proposal waits, and no more are taken
  } finally {
    await browser.context.setOffline(false);
  }
  await decisions(page, 1);
  await page.getByText("The server is away.").waitFor({ state: "detached" });
  assert.equal((await log(session)).length, 1);
});

test("a server that ends is missed, and one that comes back is caught up with", async () => {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-ledger-"));
  const ledger = join(folder, "ledger.db");
  let other = await serve([files.paths[0]], { ledger });
  try {
    const { page, wrong } = await watched(browser.context, new URL(other.url).origin);
    const session = await openSession(page, other.url, "spektre");
    await propose(page, "draft", "commit");
    await other.close();
    await page.getByText("The server is away.").waitFor();
    assert.match(await card(page, "settle").locator(".verdict").innerText(), /would commit/);
    await submit("settle", page).click();
    await page.getByText("“settle” waits for the server.").waitFor();
    other = await serve([files.paths[0]], { ledger, listen: new URL(other.url).host });
    await decisions(page, 2);
    await decide(session, raise, other.api);
    await decisions(page, 3);
    await page.getByText("The server is away.").waitFor({ state: "detached" });
    assert.match(await stateOf("load", page).innerText(), /^5/);
    assert.equal((await log(session, other.api)).length, 3);
    assert.deepEqual(wrong, []);
    await page.close();
  } finally {
    await other.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test("a server that comes back without the session: the page says so, and shows what was confirmed", async () => {
  let other = await serve([files.paths[0]]);
  try {
    const { page, wrong } = await watched(browser.context, new URL(other.url).origin);
    await openSession(page, other.url, "spektre");
    await propose(page, "draft", "commit");
    await other.close();
    other = await serve([files.paths[0]], { listen: new URL(other.url).host });
    await page.locator(".banner.stopped").waitFor();
    assert.match(
      await page.locator(".banner.stopped").innerText(),
      /There is no session "spektre-\d+"\.[^]*session\/unknown/,
    );
    assert.match(await stateOf("plan", page).innerText(), /^drafted/);
    assert.equal(await page.locator(".card button[type=submit]:not(:disabled)").count(), 0);
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
  await page.addInitScript((trapBytes) => {
    const { Instance } = WebAssembly;
    const { t: trap } = new Instance(new WebAssembly.Module(Uint8Array.from(trapBytes))).exports;
    WebAssembly.Instance = function (module, imports) {
      const { exports } = new Instance(module, imports);
      const why = 8;
      const call = (op, ...args) =>
        op === why && window.dies > 0 && window.dies-- % 2 === 0 ? trap() : exports.holdfast_call(op, ...args);
      return exports.holdfast_call === undefined ? { exports } : { exports: { ...exports, holdfast_call: call } };
    };
  }, trapBytes);
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
