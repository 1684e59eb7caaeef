// This file defines readFile, for Node, whose fetch knows no file: URLs. No page needs it, so it is
// fetched when there is such a URL.

type Bytes = Uint8Array<ArrayBuffer>;

// The file system is asked for without an import, so that no bundler tries to put it into a page.
interface Process {
  getBuiltinModule?(name: "node:fs/promises"): { readFile(path: URL): Promise<Bytes> } | undefined;
}

/** Returns a file's bytes, or undefined where there is no file system. */
export async function readFile(url: URL): Promise<Bytes | undefined> {
  const process = (globalThis as { process?: Process }).process;
  return process?.getBuiltinModule?.("node:fs/promises")?.readFile(url);
}
