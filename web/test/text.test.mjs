// This file tests gates on text: matches in UTF-16 units, however the text is written.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../dist/index.js";
import { speech } from "./support/speech.mjs";

const user = { kind: "user", id: "u1" };

test("matches are slices of what was typed", async () => {
  const session = (await load()).bundle(speech).open("s1", { actor: user });
  const gate = session.text("say", { tone: "plain" }, "text");
  assert.equal(gate.allowed, false);
  const cases = {
    "Which would you choose?": [],
    "I think you should choose A, the best?": ["you should choose", "the best"],
    "😀 Ｙou  should\u200b choose A?": ["Ｙou  should\u200b choose"],
    "𝐓𝐡𝐞 𝐛𝐞𝐬𝐭?": ["𝐓𝐡𝐞 𝐛𝐞𝐬𝐭"],
    "e\u0301 the\tbest?": ["the\tbest"],
  };
  for (const [text, wanted] of Object.entries(cases)) {
    gate.text = text;
    assert.deepEqual(
      gate.matches.map(({ start, end }) => text.slice(start, end)),
      wanted,
      text,
    );
    assert.equal(gate.allowed, wanted.length === 0);
    assert.equal(gate.verdict, wanted.length === 0 ? "commit" : "rewrite");
  }
});

test("subscribers hear of the last of what was typed in one turn", async () => {
  const session = (await load()).bundle(speech).open("s1", { actor: user });
  const gate = session.text("say", { tone: "plain" }, "text");
  const heard = [];
  gate.subscribe(({ governing }) => heard.push(governing));
  for (const text of ["t", "the", "the best", "What?"]) gate.text = text;
  await new Promise((resolve) => queueMicrotask(resolve));
  assert.deepEqual(heard, ["MUST-QUESTION", ""]);
  gate.text = "the best?";
  assert.equal(gate.say, "Leave the choice to the reader.");
  session.decide({ action: "say", actor: user, args: { tone: "warm", text: "Is it?" }, at: 1, reasons: [] });
  assert.equal(gate.governing, "NON-ORACULAR");
  assert.equal(gate.proposal(5).args.text, "the best?");
});

test("text that no proposal can hold is refused", async () => {
  const session = (await load()).bundle(speech).open("s1", { actor: user });
  const gate = session.text("say", { tone: "plain" }, "text");
  const cases = {
    ["?".repeat(2001)]: "proposal/argument",
    ["?".repeat(70_000)]: "limit/proposal",
    "?\ud83d": "json/lone-surrogate",
  };
  for (let round = 0; round < 2; round++) {
    for (const [text, code] of Object.entries(cases)) {
      gate.text = text;
      assert.deepEqual([gate.allowed, gate.governing, gate.matches], [false, code, []]);
    }
    gate.text = "?";
    assert.equal(gate.allowed, true);
    gate.subscribe(() => {});
  }
});
