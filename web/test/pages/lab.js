// This file gives tests the SDK in a page: what they evaluate there finds it in window.lab.

import { createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import * as sdk from "@holdfast/web";
import * as element from "@holdfast/web/element";
import * as worker from "@holdfast/web/worker";
import * as react from "@holdfast/web/react";
import { gate } from "../support/gate.mjs";
import { speech } from "../support/speech.mjs";

const refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  refusedByPolicy.push(`${violatedDirective} ${blockedURI}`),
);
const engine = await sdk.load();
const user = { kind: "user", id: "u1" };
window.lab = {
  ...sdk,
  ...element,
  ...worker,
  react,
  createElement,
  createRoot,
  StrictMode,
  engine,
  refusedByPolicy,
  mode: () => engine.bundle(gate).open("s1", { actor: user }),
  speech: () => engine.bundle(speech).open("s1", { actor: user }),
  enter: (session, to) =>
    session.decide({ action: "enter", actor: user, args: { to, drift: 0 }, at: Date.now(), reasons: [] }),
};
