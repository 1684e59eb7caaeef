// This file starts the template by `npm run dev`, and asks it for its bundles: node test/dev.mjs

import { spawn } from "node:child_process";
import { once } from "node:events";

const dev = spawn("npm", ["run", "dev", "--", "--port", "0"], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
const ended = once(dev, "exit");
try {
  const url = await ready();
  const response = await fetch(url + "/v1/bundles");
  const text = await response.text();
  if (response.status !== 200 || !text.includes('"checkout"')) throw new Error(`${response.status} ${text}`);
  console.log("wrangler dev: the template answers");
} finally {
  process.kill(-dev.pid); // npm's children too
  await ended;
}

/** Returns where the worker listens, as wrangler says it. */
async function ready() {
  let said = "";
  for (const stream of [dev.stdout, dev.stderr]) stream.setEncoding("utf8");
  return new Promise((resolve, reject) => {
    const hear = (text) => {
      said += text;
      const [, url] = /Ready on (http:\S+)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    };
    dev.stdout.on("data", hear);
    dev.stderr.on("data", hear);
    ended.then(() => reject(new Error(`wrangler dev ended:\n${said}`)));
  });
}
