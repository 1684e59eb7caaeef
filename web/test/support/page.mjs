// This file runs in the page that chromium.mjs opens: it replays the vectors
// there, then in a module worker, and leaves what came of it in window.outcome.

import { HoldfastError, load } from "../../dist/index.js";
import { replayAll } from "./golden.mjs";

/** Returns the vectors the server lists. */
export async function served() {
  const names = await (await fetch("/vectors.json")).json();
  return names.map((name) => ({
    name,
    read: async (file) => {
      const response = await fetch(`/golden/${name}/${file}`);
      if (!response.ok) throw new Error(`${name}/${file}: ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  }));
}

async function main() {
  const wanted = new URL(location).searchParams.get("wanted");
  if (wanted !== null) return codeOf(load(undefined, { digest: wanted || undefined }));
  const page = await replayAll(await served());
  const worker = await new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message ?? "the worker did not start"));
  });
  const engine = await load();
  return { page, worker, moduleDigest: engine.moduleDigest };
}

async function codeOf(loading) {
  try {
    (await loading).close();
    return "loaded";
  } catch (error) {
    return error instanceof HoldfastError ? error.code : String(error);
  }
}

if (typeof window !== "undefined")
  main().then(
    (value) => (window.outcome = { value }),
    (error) => (window.outcome = { error: String(error?.stack ?? error) }),
  );
