// This file tests the worker in the runtime it will have.

import { SELF } from "cloudflare:test";
import { expect, test } from "vitest";

const ask = (method: string, path: string, body?: object): Promise<Response> =>
  SELF.fetch(`http://localhost${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

test("an order is decided on, and recorded", async () => {
  expect((await ask("POST", "/v1/sessions", { session: "order-7", bundle: "checkout@1.0.0" })).status).toBe(201);
  const add = { action: "add", actor: { kind: "shopper", id: "ann" }, args: { item: "poster", count: 3 } };
  const verdicts: unknown[] = [];
  for (let n = 0; n < 2; n++) {
    const decided = await ask("POST", "/v1/sessions/order-7/decisions", add);
    verdicts.push(((await decided.json()) as { verdict: string }).verdict);
  }
  expect(verdicts).toEqual(["commit", "reject"]);
  const view = await (await ask("GET", "/v1/sessions/order-7")).json();
  expect(view).toMatchObject({ seq: 2, state: { total: 2700 } });
});
