// This file defines counted, for a load whose progress is asked for. Few are, so it is fetched then.

/** Hears how many bytes have come, and of how many where the server says so. A try after a failure begins at 0. */
export type Progress = (loadedBytes: number, totalBytes: number | undefined) => void;

/** Returns the same response, counted as it arrives. */
export function counted(response: Response, progress: Progress): Response {
  const { body, headers, status, statusText } = response;
  if (body === null) return response;
  // Where the body is compressed on its way, its length says nothing about the bytes that arrive here.
  const length = headers.get("content-encoding") === null ? Number(headers.get("content-length") ?? NaN) : NaN;
  const total = Number.isInteger(length) ? length : undefined;
  let loaded = 0;
  progress(0, total);
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      progress((loaded += chunk.byteLength), total);
    },
  });
  const pair = counter as unknown as ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>;
  return new Response(body.pipeThrough(pair), { headers, status, statusText });
}
