// This file runs the comparison in a page and shows it. What came of it is left in window.outcome for
// chromium.mjs; with ?run it begins by itself.

import { contest } from "../contest.mjs";

/** Cold starts of each, in turn. */
const colds = 7;
const run = document.querySelector("#run");
const status = document.querySelector("#status");

async function libraries() {
  const [{ load }, xstate, casl, cel, { LogicEngine }, opa, cedar] = await Promise.all(
    ["/dist/index.js", "xstate", "@casl/ability", "cel-js", "json-logic-engine", "opa-wasm", "cedar-wasm"].map(
      (name) => import(name),
    ),
  );
  await cedar.default();
  return {
    load,
    xstate,
    casl,
    cel,
    LogicEngine,
    cedar,
    opa: async () => opa.default.loadPolicy(await (await fetch("/bench/opa/guard.wasm")).arrayBuffer()),
  };
}

/** Shows a row: a table with bars, and the goal below. */
function show(section, { title, results, goal, verdict }, unit, digits) {
  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const first = results[0].value;
  const low = Math.log(Math.min(...results.map(({ value }) => value)) / 3);
  const high = Math.log(Math.max(...results.map(({ value }) => value)));
  const rows = results.map(({ name, value }) => {
    const bar = element("div", { className: "bar" });
    bar.style.width = `${(100 * (Math.log(value) - low)) / (high - low)}%`;
    return element(
      "tr",
      { className: name.startsWith("holdfast") ? "mine" : "" },
      element("th", { scope: "row", textContent: name }),
      element("td", { textContent: `${value.toFixed(digits)} ${unit}` }),
      element("td", { textContent: `${(value / first).toFixed(2)}×` }),
      element("td", { ariaHidden: "true" }, bar),
    );
  });
  const outcome = element("span", { className: /missed/.test(verdict) ? "missed" : "met", textContent: verdict });
  document
    .querySelector(`#${section} .results`)
    .append(
      element(
        "article",
        {},
        element("h3", { textContent: title }),
        element("table", {}, element("tbody", {}, ...rows)),
        element("p", { className: "goal" }, `Goal: ${goal}: `, outcome),
      ),
    );
}

/** One cold start in a frame. */
function cold(who) {
  return new Promise((resolve, reject) => {
    const frame = Object.assign(document.createElement("iframe"), { src: `cold.html?who=${who}`, hidden: true });
    const heard = ({ source, data }) => {
      if (source !== frame.contentWindow) return;
      removeEventListener("message", heard);
      frame.remove();
      if (data.error === undefined) resolve(data);
      else reject(new Error(data.error));
    };
    addEventListener("message", heard);
    document.body.append(frame);
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

async function all() {
  run.disabled = true;
  run.textContent = "Running …";
  for (const old of document.querySelectorAll("article")) old.remove();
  const starts = { holdfast: [], "Cedar-wasm": [] };
  for (let i = 0; i < colds; i++)
    for (const who of Object.keys(starts)) {
      status.textContent = `cold start ${i + 1} of ${colds}`;
      starts[who].push((await cold(who)).decide);
    }
  const [mine, theirs] = [median(starts.holdfast), median(starts["Cedar-wasm"])];
  show(
    "cold",
    {
      title: "compiled module to first decision, the middle of seven",
      results: [
        { name: "holdfast", value: mine },
        { name: "Cedar-wasm", value: theirs },
      ],
      goal: "half of Cedar-wasm",
      verdict: mine <= theirs / 2 ? "met" : "missed",
    },
    "ms",
    1,
  );
  const rows = [];
  status.textContent = "gates, a minute or so";
  await contest(await libraries(), {
    rounds: 60,
    turn: 4,
    report: (row) => {
      rows.push(row);
      status.textContent = row.title;
      show(
        "gates",
        { ...row, results: row.results.map(({ name, nanoseconds }) => ({ name, value: nanoseconds })) },
        "ns",
        1,
      );
    },
  });
  status.textContent = crossOriginIsolated ? "" : "This page is not isolated, so its clock is coarse.";
  run.textContent = "Run again";
  run.disabled = false;
  return rows;
}

const start = () =>
  all().then(
    (rows) => (window.outcome = { rows }),
    (error) => {
      window.outcome = { error: String(error?.stack ?? error) };
      status.textContent = String(error);
    },
  );
run.addEventListener("click", start);
run.textContent = "Run";
run.disabled = false;
if (new URL(location).searchParams.has("run")) start();
