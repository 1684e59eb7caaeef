// This file defines workerOf: the worker's script out of a script, for where no file can be had. It is imported when
// that is so and not before, and bundlers make a chunk of its own of it, and of the script.

/** Returns what starts the worker. A content security policy has to allow it `worker-src blob:`. */
export async function workerOf(): Promise<() => Worker> {
  const script = (await import("./served.js")).default;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  return () => new Worker(url);
}
