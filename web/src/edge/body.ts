// This file defines Body: a request's body, read once, in the one way that every origin reads it.
//
// What is decided on and what goes on to the origin are the same bytes: JSON in its canonical form
// (RFC 8785), a form with each name once. A body that two readers may read differently is refused: names
// that are there twice, other encodings than UTF-8, a byte order mark, compressed bodies, multipart.

import type { Engine } from "../module/engine.js";
import { edgeCodes } from "./edgecodes.js";
import { HoldfastError } from "../documents/errors.js";
import { Parts, isMultipart, lookInto } from "./multipart.js";
import { readFields, writeFields } from "./target.js";

const form = "application/x-www-form-urlencoded";

/** What a request carries, in the form in which it goes on. */
export interface Carried {
  /** The media type, without parameters but those of raw types. */
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How bodies are read. */
export interface BodyOptions {
  /** The most bytes that a body has. */
  readonly limit: number;
  /** Media types whose bodies are taken as they are, such as `image/png`. */
  readonly raw: readonly string[];
}

/** A body that is read when it is first asked for. */
export class Body {
  readonly #request: Request;
  readonly #options: BodyOptions;
  readonly #engine: () => Engine;
  #read: Promise<Carried | undefined> | undefined;

  constructor(request: Request, options: BodyOptions, engine: () => Engine) {
    this.#request = request;
    this.#options = options;
    this.#engine = engine;
  }

  /** Whether it was asked for. */
  get asked(): boolean {
    return this.#read !== undefined;
  }

  /** Whether it is multipart, as far as the request says. */
  get isMultipart(): boolean {
    return isMultipart(mediaType(this.#request.headers)?.type ?? "");
  }

  /** Whether it is JSON, as far as the request says. */
  get json(): boolean {
    return isJson(mediaType(this.#request.headers)?.type ?? "");
  }

  /**
   * Returns the body, or undefined where the request has none. Throws http/content-type, http/too-large, json/… and
   * gate/form.
   */
  read(): Promise<Carried | undefined> {
    return (this.#read ??= this.#take());
  }

  /** Returns the body as a stream that reads it when it is read itself. */
  stream(): ReadableStream<Uint8Array> | undefined {
    if (this.#request.body === null) return undefined;
    return new ReadableStream(
      {
        pull: async (controller) => {
          const carried = await this.read();
          if (carried !== undefined && carried.bytes.byteLength > 0) controller.enqueue(carried.bytes.slice());
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /**
   * Returns the body of a request that passes, as it came. It is looked into on its way: up to the limit before it goes
   * on, and the rest as it does; there it breaks off. Throws http/content-type, gate/override and gate/form.
   */
  async multipart(): Promise<ReadableStream<Uint8Array> | undefined> {
    const { body, headers } = this.#request;
    if (body === null) return undefined;
    refuseCoding(headers);
    const reader = body.getReader();
    const parts = new Parts();
    const pieces: Uint8Array[] = [];
    const next = async (): Promise<Uint8Array | undefined> => {
      const { value } = await readPiece(reader);
      try {
        parts.look(value);
      } catch (thrown) {
        reader.cancel().catch(() => {});
        throw thrown;
      }
      return value;
    };
    let size = 0;
    for (let piece; size <= this.#options.limit && (piece = await next()) !== undefined; size += piece.byteLength)
      pieces.push(piece);
    const ended = size <= this.#options.limit;
    return new ReadableStream({
      async pull(controller) {
        const piece = pieces.shift() ?? (ended ? undefined : await next());
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  async #take(): Promise<Carried | undefined> {
    const { body, headers } = this.#request;
    if (body === null) return undefined;
    refuseCoding(headers);
    const bytes = await readAll(body, this.#options.limit, headers.get("Content-Length"));
    if (bytes.byteLength === 0) return undefined;
    const media = mediaType(headers);
    if (media === undefined) throw refuse(edgeCodes.contentType, "the body has no one Content-Type");
    if (this.#options.raw.includes(media.type)) {
      if (isMultipart(media.type)) lookInto(bytes);
      return { type: headers.get("Content-Type")!, bytes };
    }
    const isForm = media.type === form;
    if (!isJson(media.type) && !isForm)
      throw refuse(
        edgeCodes.contentType,
        `a body of type ${media.type} cannot be decided on: send application/json or ${form}`,
      );
    if (media.charset !== "utf-8")
      throw refuse(edgeCodes.contentType, "the body is UTF-8, and its Content-Type says nothing else");
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
      throw refuse(edgeCodes.contentType, "the body begins with a byte order mark");
    if (!isForm) return { type: media.type, bytes: this.#engine().canon(bytes) };
    return { type: form, bytes: new TextEncoder().encode(writeFields(readFields(textOf(bytes), edgeCodes.form))) };
  }
}

/** Returns what one Content-Type says, or undefined where it says several things or nothing. */
function mediaType(headers: Headers): { type: string; charset: string } | undefined {
  const [, type, rest] =
    /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*((?:;[^,]*)?)$/.exec(headers.get("Content-Type") ?? "") ?? [];
  if (type === undefined) return undefined;
  const charsets = [...(rest ?? "").matchAll(/;\s*charset\s*=\s*("?)([^";\s]*)\1\s*(?=;|$)/gi)].map(([, , name]) =>
    name!.toLowerCase(),
  );
  const said = (rest ?? "").match(/charset/gi)?.length ?? 0;
  if (said > 1 || charsets.length !== said) return undefined;
  return { type: type.toLowerCase(), charset: charsets[0] ?? "utf-8" };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse(edgeCodes.form, "the form may be read in two ways: it is not UTF-8");
  }
}

function isJson(type: string): boolean {
  return /^application\/(?:[\w.-]+\+)?json$/.test(type);
}

function refuseCoding(headers: Headers): void {
  const coding = headers.get("Content-Encoding")?.trim().toLowerCase() ?? "";
  if (coding !== "" && coding !== "identity")
    throw refuse(edgeCodes.contentType, "send the body as it is, with no Content-Encoding");
}

async function readPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (thrown) {
    throw new HoldfastError(edgeCodes.body, "the body did not arrive whole", { cause: thrown });
  }
}

async function readAll(
  body: ReadableStream<Uint8Array>,
  limit: number,
  length: string | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = (): HoldfastError => refuse(edgeCodes.tooLarge, `the body has over ${limit} bytes`);
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  const give = (thrown: HoldfastError): never => {
    reader.cancel().catch(() => {});
    throw thrown;
  };
  if (length !== null && Number(length) > limit) give(tooLarge());
  for (;;) {
    const piece = await readPiece(reader);
    if (piece.done) break;
    size += piece.value.byteLength;
    if (size > limit) give(tooLarge());
    pieces.push(piece.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

function refuse(code: string, message: string): HoldfastError {
  return new HoldfastError(code, message);
}
