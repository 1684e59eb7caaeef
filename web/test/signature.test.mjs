// This file tests signatures on the cases of testdata/signature, which the Go side
// reads too, and on platforms that cannot check any.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { before, test } from "node:test";
import { Op } from "../dist/contract/abi.js";
import { load } from "../dist/index.js";
import { bundleText, catalogText, verify } from "../dist/module/signature.js";
import { changeExports } from "./support/module.mjs";

const folder = new URL("../../testdata/signature/", import.meta.url);
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")));
let engine;

before(async () => {
  engine = await load();
});

test("there are cases, good ones and bad ones of every code", () => {
  const codes = new Set(cases.map(({ code }) => code));
  assert.deepEqual([...codes].sort(), [
    "",
    "signature/key",
    "signature/malformed",
    "signature/missing",
    "signature/other",
    "signature/unknown-key",
    "signature/wrong",
  ]);
});

for (const { name, kind, document, text, note, keys, code, signer } of cases)
  test(`${name}: ${code || "accepted"}`, async () => {
    const open = () =>
      kind === "bundle" ? engine.signed(document, note, keys) : engine.signedCatalog(document, note, keys);
    if (code !== "") {
      await assert.rejects(open(), { name: "HoldfastError", code });
      await assert.rejects(verify(text, new TextEncoder().encode(note), keys), { code });
      return;
    }
    assert.equal(await verify(text, note, keys), signer);
    const loaded = await open();
    const { info } = loaded;
    assert.equal(
      kind === "bundle"
        ? bundleText(info.bundle, info.version, loaded.digest)
        : catalogText(info.catalog, info.version, engine.digest(engine.canon(document)), info.digests),
      text,
    );
    loaded.close();
  });

const good = cases.find(({ name }) => name === "signed");

test("notes of other kinds are refused", async () => {
  for (const note of [undefined, new Uint8Array(0)])
    await assert.rejects(engine.signed(good.document, note, good.keys), { code: "signature/missing" });
  const bytes = new TextEncoder().encode(good.note);
  for (const note of [
    good.note + "\ud800",
    Uint8Array.of(0xff, ...bytes),
    "x".repeat((1 << 19) + 1),
    good.note.replace(
      "\n\n",
      "\n\n" +
        good.note.split("\n\n")[1].replace("release", "r").repeat(1) +
        "— e " +
        "A".repeat(8) +
        "\n— e " +
        "A".repeat(8) +
        "\n",
    ),
  ])
    await assert.rejects(engine.signed(good.document, note, good.keys), { code: "signature/malformed" });
});

test("where Ed25519 cannot be checked, nothing signed is accepted", async (t) => {
  const { subtle } = crypto;
  const without = (replace) => t.mock.getter(Object.getPrototypeOf(crypto), "subtle", replace);
  for (const replace of [
    () => undefined,
    () => ({
      digest: (...all) => subtle.digest(...all),
      importKey: async () => {
        throw new DOMException("Unrecognized name.", "NotSupportedError");
      },
    }),
  ]) {
    const mock = without(replace);
    await assert.rejects(engine.signed(good.document, good.note, good.keys), { code: "signature/unsupported" });
    mock.mock.restore();
  }
  for (const answer of [undefined, 1, "true", {}]) {
    const mock = without(() => ({
      digest: (...all) => subtle.digest(...all),
      importKey: async () => ({}),
      verify: async () => answer,
    }));
    await assert.rejects(engine.signed(good.document, good.note, good.keys), { code: "signature/wrong" });
    mock.mock.restore();
  }
});

test("a bundle that is refused is closed, and one that is no bundle keeps its own code", async (t) => {
  const ops = [];
  changeExports(t, ({ holdfast_call }) => ({
    holdfast_call: (op, ...rest) => (ops.push(op), holdfast_call(op, ...rest)),
  }));
  const engine = await load();
  await assert.rejects(engine.signed("{}", good.note, good.keys), ({ code }) => code.startsWith("bundle/"));
  await assert.rejects(engine.signed(good.document, "", good.keys), { code: "signature/missing" });
  assert.deepEqual(ops, [Op.Load, Op.Load, Op.Close]);
});
