// This file is the module worker of page.mjs: the same vectors, in a worker.

import { replayAll } from "./golden.mjs";
import { served } from "./page.mjs";

try {
  postMessage({ results: await replayAll(await served()) });
} catch (error) {
  postMessage({ error: String(error?.stack ?? error) });
}
