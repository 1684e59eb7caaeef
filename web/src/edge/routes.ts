// This file defines routes: which requests a gate at the edge knows, and what becomes of each.
//
// Patterns are written as those of Go's ServeMux: "POST /cart/{item}", "GET /static/{rest...}". A request is
// matched as the origin that is least particular would: letters of any case, with or without a slash
// at the end. So no spelling of a path gets round the route that is meant for it.

import { edgeCodes } from "./edgecodes.js";
import { HoldfastError } from "../documents/errors.js";
import { encodePart, foldSegment, readTarget, type Target } from "./target.js";

/** A part of a pattern: text, `{name}` for one segment, or `{name...}` for all that follow. */
type Part =
  { readonly kind: 0; readonly text: string; readonly fold: string } | { readonly kind: 1 | 2; readonly name: string };

interface Path<T> {
  readonly parts: readonly Part[];
  readonly methods: Map<string, { readonly pattern: string; readonly slash: boolean; readonly value: T }>;
}

/** The route of a request. */
export interface Found<T> {
  readonly pattern: string;
  readonly value: T;
  readonly params: Readonly<Record<string, string>>;
  /** The request's path as the pattern spells it. */
  readonly path: string;
}

/** A table of routes. */
export class Routes<T> {
  readonly #paths: Path<T>[] = [];

  /** table is pattern to value. Throws gate/pattern. */
  constructor(table: Readonly<Record<string, T>>) {
    const byKey = new Map<string, Path<T>>();
    for (const [pattern, value] of Object.entries(table)) {
      const { method, parts, slash } = readPattern(pattern);
      const key = parts.map((part) => (part.kind === 0 ? part.fold : part.kind === 1 ? "{}" : "{...}")).join("/");
      let path = byKey.get(key);
      if (path === undefined) {
        byKey.set(key, (path = { parts, methods: new Map() }));
        this.#paths.push(path);
      }
      if (path.methods.has(method))
        throw wrong(pattern, `it is the same as ${JSON.stringify(path.methods.get(method)!.pattern)}`);
      path.methods.set(method, { pattern, slash, value });
    }
    this.#paths.sort((a, b) => compare(a.parts, b.parts));
  }

  /**
   * Returns the route of a request. The most particular path decides, whatever methods it takes. Throws gate/route or
   * gate/method.
   */
  find(method: string, target: Target): Found<T> {
    const { segments } = target;
    const found = this.#path(segments);
    if (found === undefined) throw new HoldfastError(edgeCodes.route, "no route of the gate is meant for this path");
    const { parts, methods } = found;
    const route = take(methods, method);
    if (route === undefined) throw new MethodError([...methods.keys()].sort());
    if (this.#mayBeOther(segments, method, found, route.value))
      throw new HoldfastError(
        edgeCodes.route,
        "some origins read the end of this path as a format, and then it is another route's",
      );
    const params: Record<string, string> = Object.create(null) as Record<string, string>;
    const spelled: string[] = [];
    for (const [i, part] of readPattern(route.pattern).parts.entries()) {
      if (part.kind === 0) spelled.push(encodePart(part.text));
      if (part.kind === 1) spelled.push(encodePart((params[part.name] = segments[i]!)));
      if (part.kind === 2) {
        params[part.name] = segments.slice(i).join("/");
        spelled.push(...segments.slice(i).map(encodePart));
      }
    }
    const path = "/" + spelled.join("/");
    // What a pattern leaves open stays as it came.
    const open = parts.at(-1)?.kind === 2 && target.slash && path !== "/";
    return {
      pattern: route.pattern,
      value: route.value,
      params,
      path: (route.slash || open) && !path.endsWith("/") ? path + "/" : path,
    };
  }

  #path(segments: readonly string[]): Path<T> | undefined {
    return this.#paths.find(({ parts }) => matches(parts, segments));
  }

  /** Says whether an origin that takes an ending for a format, /cart.json for /cart, reads a more particular route. */
  #mayBeOther(segments: readonly string[], method: string, found: Path<T>, value: T): boolean {
    const bare = /^(.+)\.[A-Za-z0-9]{1,8}$/.exec(segments.at(-1) ?? "")?.[1];
    const other = bare === undefined ? undefined : this.#path([...segments.slice(0, -1), bare]);
    if (other === undefined || compare(other.parts, found.parts) >= 0) return false;
    const route = take(other.methods, method);
    return route === undefined ? method !== "GET" && method !== "HEAD" : route.value !== value;
  }
}

/** The path is known, and not with this method. */
export class MethodError extends HoldfastError {
  constructor(readonly methods: readonly string[]) {
    super(edgeCodes.method, `the route takes ${methods.join(", ")}`);
  }
}

function take<V>(methods: ReadonlyMap<string, V>, method: string): V | undefined {
  return methods.get(method) ?? (method === "HEAD" ? methods.get("GET") : undefined) ?? methods.get("");
}

function readPattern(pattern: string): { method: string; parts: Part[]; slash: boolean } {
  const [, method = "", path] = /^(?:([A-Z]+) )?(\/[^ ]*)$/.exec(pattern) ?? [];
  if (path === undefined) throw wrong(pattern, "it is METHOD /PATH, or /PATH for every method");
  const names = new Set<string>();
  const raw = path.slice(1).split("/");
  const slash = raw.at(-1) === "" && raw.length > 1;
  if (raw.at(-1) === "") raw.pop();
  const parts = raw.map((text, i): Part => {
    const [, name, rest] = /^\{([A-Za-z_][A-Za-z0-9_]*)(\.\.\.)?\}$/.exec(text) ?? [];
    if (name === undefined) {
      if (text === "") throw wrong(pattern, "it has two slashes in a row");
      if (/[{}]/.test(text)) throw wrong(pattern, "a parameter is a whole part of the path, {name}");
      const [segment] = readTarget("/" + text).segments;
      return { kind: 0, text: segment!, fold: foldSegment(segment!) };
    }
    if (names.has(name)) throw wrong(pattern, `it has {${name}} twice`);
    names.add(name);
    if (rest !== undefined && (i < raw.length - 1 || slash)) throw wrong(pattern, `{${name}...} is the last of it`);
    return { kind: rest === undefined ? 1 : 2, name };
  });
  return { method, parts, slash };
}

function matches(parts: readonly Part[], segments: readonly string[]): boolean {
  const open = parts.at(-1)?.kind === 2;
  if (open ? segments.length < parts.length - 1 : segments.length !== parts.length) return false;
  return parts.every((part, i) => part.kind !== 0 || part.fold === foldSegment(segments[i]!));
}

/** Orders paths, the most particular first: text before a parameter before the rest. */
function compare(a: readonly Part[], b: readonly Part[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = (a[i]?.kind ?? 0) - (b[i]?.kind ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function wrong(pattern: string, why: string): HoldfastError {
  return new HoldfastError(edgeCodes.pattern, `the pattern ${JSON.stringify(pattern)} cannot be used: ${why}`);
}
