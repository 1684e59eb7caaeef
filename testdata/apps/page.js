// This file is what every application here runs: the package as its README shows it, without a word of configuration.

import { load } from "@holdfast/web";
import { bind } from "@holdfast/web/element";
import { work } from "@holdfast/web/worker";

const door = {
  holdfast: 1,
  bundle: "door",
  version: "1.0.0",
  agents: { user: {} },
  state: { open: { type: "bool" } },
  actions: { unlock: { set: { open: "true" } }, enter: {} },
  constraints: [
    { id: "OPEN", level: "operational", on: ["enter"], require: "state.open", otherwise: { say: "It is shut." } },
  ],
};

/** Loads the module, opens a session and gates the page's controls, where there is one. */
export async function begin() {
  const engine = await load();
  const session = engine.bundle(door).open("s1", { actor: { kind: "user", id: "u1" } });
  if (typeof document !== "undefined") bind(document, session, { propose: (proposal) => session.decide(proposal) });
  return { digest: engine.moduleDigest };
}

async function beginWorker() {
  const engine = await work();
  const { digest } = await engine.bundle(door);
  engine.close();
  return { worker: digest };
}

/** Does all of it, and says in the window what it came to. */
export function start() {
  const failed = (error) => ({ error: `${error.code} ${error.stack}` });
  window.outcome = begin()
    .then(async (made) => ({ ...made, ...(await beginWorker()) }))
    .catch(failed);
}
