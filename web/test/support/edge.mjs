// This file has what tests of a worker's gate begin with: the cases of testdata/gate, an engine, and a gate of a shop.

import { readFileSync } from "node:fs";
import { edge } from "../../dist/edge.js";
import { load } from "../../dist/index.js";
import { moduleBytes } from "./module.mjs";

export const read = (path) => readFileSync(new URL(`../../../testdata/${path}`, import.meta.url), "utf8");
export const cases = (name) => JSON.parse(read(`gate/${name}.json`));
export const checkout = JSON.parse(read("golden/checkout/bundle.json"));
export const spektre = JSON.parse(read("golden/spektre/bundle.json"));
export const module = new WebAssembly.Module(moduleBytes());
export const shop = "https://shop.example";
export const post = (path, body, headers = {}) =>
  new Request(shop + path, {
    method: "POST",
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers },
  });
export const shopper = { kind: "shopper", id: "ann" };
export const add = async (request) => ({ action: "add", actor: shopper, args: await request.json() });
export const mug = { item: "mug", count: 2 };
export const quiet = { observe() {} };
export const engine = await load();
export const gateOf = (options) => edge({ module: () => engine, bundle: checkout, ...quiet, ...options });
export const codeOf = async (gate, request, ...rest) => {
  const { outcome, code, response } = await gate(request, ...rest);
  return [outcome, response?.status, code ?? response?.headers.get("X-Answer") ?? undefined];
};
