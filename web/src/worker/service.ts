// This file is the worker that worker.ts starts: an instance of the module that is
// called by messages. It runs as a web worker and as one of Node's worker threads.

import type { Op } from "../contract/abi.js";
import { HoldfastError } from "../documents/errors.js";
import { Instance } from "../module/instance.js";

/** What the worker is sent: the module to start, or a call. */
export type Task =
  | { readonly module: WebAssembly.Module }
  | { readonly op: Op; readonly handle: number; readonly input: string | Uint8Array };

/** What it answers, in the order of the tasks. log is what Go printed as it died. */
export type Done =
  | { readonly output: Uint8Array<ArrayBuffer> | undefined; readonly opened: number; readonly log?: undefined }
  | {
      readonly code: string;
      readonly message: string;
      readonly path: string;
      readonly offset: number | undefined;
      readonly errors: HoldfastError["errors"];
      readonly log: string;
    };

interface Port {
  postMessage(message: Done, transfer?: ArrayBuffer[]): void;
  onmessage?: ((event: { data: Task }) => void) | null;
  on?(event: "message", listener: (data: Task) => void): void;
}

let instance: Instance | undefined;
let log = "";

function run(task: Task): Done {
  try {
    if ("module" in task) {
      instance = new Instance(task.module, (text) => (log += text));
      return { output: undefined, opened: 0 };
    }
    const output = instance!.call(task.op, task.handle, task.input);
    return { output, opened: instance!.opened };
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    const { code, message, path, offset, errors } = thrown;
    const done = { code, message, path, offset, errors, log };
    log = "";
    return done;
  }
}

function serve(port: Port): void {
  const answer = (task: Task): void => {
    const done = run(task);
    port.postMessage(done, "output" in done && done.output !== undefined ? [done.output.buffer] : []);
  };
  if (port.on !== undefined) port.on("message", answer);
  else port.onmessage = ({ data }) => answer(data);
}

// Node's port is asked for without an import, so that no bundler tries to put it into a page.
interface Process {
  getBuiltinModule?(name: "node:worker_threads"): { parentPort: Port | null } | undefined;
}

serve(
  (globalThis as { process?: Process }).process?.getBuiltinModule?.("node:worker_threads")?.parentPort ??
    (globalThis as unknown as Port),
);
