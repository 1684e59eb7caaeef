// This file carries out jobs in Node: node jobs.mjs WEB_DIST MODULE < jobs.jsonl
//
// A line is a job, {"steps":[{"op","in"}…]} with the inputs in base64; each gives a line
// of answers: {"out":TEXT}, {"error":{…}} or {"errors":[…]}. What a step does is in
// transcript.go. After a trap the answer is {"trap":TEXT}.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [dist, module] = process.argv.slice(2);
const sdk = (name) => import(pathToFileURL(`${dist}/${name}.js`).href);
const { load } = await sdk("index");
const { HoldfastError } = await sdk("documents/errors");
const { Op } = await sdk("contract/abi");

const { Instance } = await sdk("module/instance");

const log = () => {};
const bytes = readFileSync(module);
const engine = await load(bytes, { log });
const bare = new Instance(new WebAssembly.Module(bytes), log); // for what the SDK does not offer
const text = (bytes) => Buffer.from(bytes).toString();

class Player {
  do(op, input) {
    switch (op) {
      case "load":
        this.bundle?.close();
        this.session?.close();
        this.bundle = this.session = undefined;
        this.bundle = engine.bundle(input);
        this.session = this.bundle.open("play");
        return text(this.bundle.call(Op.Info));
      case "check":
        return { errors: engine.check(input) };
      case "canon":
        return text(engine.canon(input));
      case "catalog":
        bare.call(Op.Catalog, 0, input);
        this.catalog = bare.opened;
        return "";
      case "resolve":
        return text(bare.call(Op.Resolve, this.catalog, input));
    }
    const asked = { eval: Op.Eval, public: Op.Public };
    if (op in asked) return text(bare.call(asked[op], 0, input));
    if (this.session === undefined) throw new Error("there is no bundle, session or catalog to ask");
    switch (op) {
      case "open":
        this.session.close();
        this.session = this.bundle.open(text(input));
        return "";
      case "restore":
        this.session = this.bundle.restore(
          input.length > 0 ? text(input).replaceAll("DIGEST", this.bundle.digest) : this.session.snapshot(),
        );
        return "";
      case "replay":
        this.session.replay(input);
        return "";
      case "decide":
        return text(this.session.decide(input).bytes);
      case "why":
        return text(this.session.why(input).bytes);
      case "snapshot":
        return text(this.session.snapshot());
      case "info":
        return text(this.bundle.call(Op.Info));
    }
    const questions = { admissible: Op.Admissible, path: Op.Path, view: Op.View, head: Op.Head };
    if (!(op in questions)) throw new Error(`no section is called ${op}`);
    return text(this.session.call(questions[op], input));
  }

  answer({ op, in: input }) {
    try {
      const out = this.do(op, new Uint8Array(Buffer.from(input ?? "", "base64")));
      return typeof out === "string" ? { out } : out;
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError)) return { trap: String(thrown) };
      const { code, path, message, offset = 0, errors } = thrown;
      if (code.startsWith("engine/")) return { trap: `${code}: ${message}` };
      return errors.length > 0 ? { errors } : { error: { code, path, message, offset } };
    }
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const player = new Player();
  console.log(JSON.stringify(JSON.parse(line).steps.map((step) => player.answer(step))));
  player.session?.close();
  player.bundle?.close();
}
