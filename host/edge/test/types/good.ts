// This file is compiled as part of a worker: what is written here must be.

import { edge, pass, verifyVerdict, type EdgeVerdict } from "../../../../web/dist/edge.js";
import { goWorker, serve } from "../../../../dist/edge/holdfast.js";
import module from "./holdfast.wasm";
import program from "./program.wasm";

const plain = serve({ module, program });
export class Plain extends plain.Holdfast {
  override async fetch(request: Request): Promise<Response> {
    return this.env.ASSETS.fetch(request);
  }
}
export const whole: ExportedHandler<Env> = plain.worker;
export const go: ExportedHandler<Env> = goWorker<Env>({ module, program });

export function told(verdict: EdgeVerdict): string {
  switch (verdict.outcome) {
    case "passed":
      return verdict.request.url;
    case "forwarded":
      return verdict.decision.verdict + verdict.request.url;
    case "refused":
      return verdict.decision.governing + verdict.response.status;
    case "answered":
      return String(verdict.response.status);
    case "failed":
      return verdict.code;
  }
}

export async function origin(request: Request, env: Env): Promise<string> {
  const checked = await verifyVerdict(request, { keys: [{ id: "2026-11", secret: env.SEAL }] });
  return checked.verdict === "commit" ? checked.digest : checked.id;
}

/** A gate without an environment needs none. */
const small = edge({ module, bundle: "{}", propose: () => pass });
export const smallest = async (request: Request): Promise<Response> => {
  const { request: on, response } = await small(request);
  return response ?? fetch(on);
};
