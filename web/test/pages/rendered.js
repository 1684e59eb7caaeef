// This file is a page that a server has rendered with React, on either side.

import { createElement } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { load } from "@holdfast/web";
import { Gate } from "@holdfast/web/react";

/** What both render. */
export function app(session) {
  const gates = ["chat", "task", "spec"].map((to) =>
    createElement(
      Gate,
      { key: to, session, action: "enter", args: { to, drift: 0 }, propose: (proposal) => session.decide(proposal) },
      createElement("button", null, to),
    ),
  );
  const bare = createElement(Gate, { session, action: "enter", args: { to: "task", drift: 0 } }, ({ verdict }) =>
    createElement("i", null, verdict),
  );
  return [
    ...gates,
    createElement("p", { key: "bare" }, bare),
    createElement("div", { key: "host", id: "host" }, "host"),
  ];
}

async function take() {
  const engine = await load();
  const bundle = engine.bundle(await (await fetch("mode.json")).text());
  const open = (id) => bundle.open(id, { actor: { kind: "user", id: "u1" } });
  window.recovered = [];
  hydrateRoot(document.querySelector("main"), app(open("s1")), {
    onRecoverableError: (error) => window.recovered.push(String(error)),
  });
  window.inShadow = async () => {
    const host = document.createElement("div");
    host.append(document.createElement("b"), "what the host has");
    document.body.append(host);
    const root = host.attachShadow({ mode: "open" });
    const session = open("s2");
    session.decide({
      action: "enter",
      actor: { kind: "user", id: "u1" },
      args: { to: "task", drift: 0 },
      at: Date.now(),
      reasons: [],
    });
    createRoot(root).render(
      createElement(
        Gate,
        { session, action: "enter", args: { to: "spec", drift: 0 } },
        createElement("button", null, "Spec"),
      ),
    );
    while (root.querySelector("button[aria-disabled]") === null) await new Promise((done) => setTimeout(done));
    const [slot, button] = root.querySelectorAll("slot, button");
    return [slot.getClientRects().length, button.getClientRects().length, button.getAttribute("aria-disabled")];
  };
}

if (typeof document !== "undefined") await take();
