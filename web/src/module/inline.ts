// This file defines unpack: the module out of a script, for where no file can be had. It is imported when that is so
// and not before, and bundlers make a chunk of its own of it, and of the script.

/** Returns the module's bytes. */
export async function unpack(): Promise<Uint8Array<ArrayBuffer>> {
  const text = atob((await import("./packed.js")).default);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
