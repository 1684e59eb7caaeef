// This file defines unpack and workerOf: the module and the worker's script out of scripts, for
// where no files can be had. It is imported when that is so and not before, and bundlers make chunks
// of their own of it, and of the two scripts.

/** Returns the module's bytes. */
export async function unpack(): Promise<Uint8Array<ArrayBuffer>> {
  const text = atob((await import("./packed.js")).default);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Returns what starts the worker. A content security policy has to allow it `worker-src blob:`. */
export async function workerOf(): Promise<() => Worker> {
  const script = (await import("./served.js")).default;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  return () => new Worker(url);
}
