// This file completes what is being written: keys and values from the schema, names from
// what the document itself declares.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { placeOf } from "./place.js";

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly then?: Schema;
  readonly else?: Schema;
}

/** Names a document declares, by section; of `args` those of every action. */
export type Names = Readonly<Record<string, readonly string[]>>;

const sections = ["agents", "types", "constants", "params", "state", "logs", "patterns", "actions", "derived"];
const plainTypes = ["bool", "int", "double", "string", "timestamp", "duration"];
const expressions = new Set([
  "require",
  "ensure",
  "always",
  "prefer",
  "when",
  "set",
  "append",
  "derived",
  "say",
  "never",
  "reachable",
  "recoverable",
  "effects",
]);

/** Returns a completion source for a schema. */
export function completer(root: Schema): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const text = context.state.doc.toString();
    const before = text.slice(0, context.pos);
    if (/(^|\s)#[^\n]*$/.test(before)) return null;
    const { path, writes } = placeOf(before);
    const word = context.matchBefore(/[\w.-]*$/)!;
    if (word.from === word.to && !context.explicit && !/[[{,:]\s?$/.test(before)) return null;
    const schemas = walk(root, path, /^catalog:/m.test(text));
    const known = writes === "key" ? keys(schemas) : [];
    const options = known.length > 0 ? known : [...values(schemas), ...named(path, namesOf(text), text)];
    return options.length === 0 ? null : { from: word.from, options, validFor: /^[\w.-]*$/ };
  };
}

/** Returns the schemas of what is at a path. */
function walk(root: Schema, path: readonly string[], catalog: boolean): Schema[] {
  let here = spread(root, (catalog ? root.then : root.else) ?? root);
  for (const part of path) {
    here = here.flatMap((schema) => {
      const next =
        part === "[]"
          ? schema.items
          : (schema.properties?.[part] ??
            (typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined));
      return next === undefined ? [] : spread(root, next);
    });
  }
  return here;
}

/** Follows references and alternatives. */
function spread(root: Schema, schema: Schema, depth = 0): Schema[] {
  if (depth > 8) return [];
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const target = schema.$ref === undefined ? undefined : root.$defs?.[schema.$ref.replace("#/$defs/", "")];
  return [
    schema,
    ...(target === undefined ? [] : spread(root, target, depth + 1)),
    ...parts.flatMap((part) => spread(root, part, depth + 1)),
  ];
}

function keys(schemas: readonly Schema[]): Completion[] {
  const seen = new Map<string, Completion>();
  for (const { properties } of schemas)
    for (const [label, { description }] of Object.entries(properties ?? {}))
      if (!seen.has(label))
        seen.set(label, {
          label,
          apply: `${label}: `,
          type: "property",
          ...(description === undefined ? {} : { info: description }),
        });
  return [...seen.values()];
}

function values(schemas: readonly Schema[]): Completion[] {
  const found = new Set<string>();
  for (const schema of schemas) {
    for (const value of [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])])
      found.add(String(value));
    if (schema.type === "boolean") found.add("true").add("false");
  }
  return [...found].map((label) => ({ label, type: "enum" }));
}

/** Names that mean something at a path. */
function named(path: readonly string[], names: Names, text: string): Completion[] {
  const as = (list: readonly string[] | undefined, type: string): Completion[] =>
    (list ?? []).map((label) => ({ label, type }));
  const last = path.at(-1) === "[]" ? path.at(-2) : path.at(-1);
  switch (last) {
    case "by":
    case "owner":
    case "governance":
    case "actor":
    case "kind":
      return as(names["agents"], "class");
    case "on":
      return as(names["actions"], "function");
    case "action":
      return as([...(names["actions"] ?? []), "confirm", "decline", "expire", "unfreeze"], "function");
    case "type":
    case "of":
    case "keys":
      return [...as(names["types"], "type"), ...as(plainTypes, "type")];
    case "governing":
      return as(
        [...text.matchAll(/\bid: ([\w.-]+)/g)].map(([, id]) => id!),
        "constant",
      );
  }
  if (path[0] === "actions" && path.includes("args")) return [...as(names["types"], "type"), ...as(plainTypes, "type")];
  if (path[0] === "tests" || !path.some((part) => expressions.has(part))) return [];
  const dotted = (root: string, section: string): string[] => (names[section] ?? []).map((name) => `${root}.${name}`);
  return [
    ...as(
      [
        ...dotted("state", "state"),
        ...dotted("next", "state"),
        ...dotted("args", "args"),
        ...dotted("constants", "constants"),
        ...dotted("params", "params"),
        ...dotted("logs", "logs"),
        ...dotted("derived", "derived"),
      ],
      "variable",
    ),
    ...as(
      [
        "actor.kind",
        "actor.id",
        "proposal.at",
        "proposal.reasons",
        "proposal.action",
        "proposal.origin.kind",
        "proposal.origin.id",
        "proposal.since",
      ],
      "variable",
    ),
    ...as(membersOf(text), "enum"),
    ...(names["patterns"] ?? []).map((name) => ({ label: `hits("${name}")`, type: "method" })),
  ];
}

/** `stage.open` and its like. */
function membersOf(text: string): string[] {
  return [...text.matchAll(/^\s+(\w+):\s*\{\s*enum:\s*\[([^\]]*)\]/gm)].flatMap(([, name, list]) =>
    list!.split(",").map((member) => `${name}.${member.trim()}`),
  );
}

/** Returns the names a document declares, as far as it can be read. */
function namesOf(text: string): Names {
  const names: Record<string, Set<string>> = { args: new Set() };
  let section = "";
  let depth = -1;
  for (const line of text.split("\n")) {
    const top = /^(\w+):(.*)$/.exec(line);
    if (top !== null) {
      section = top[1]!;
      depth = -1;
      if (sections.includes(section)) for (const name of flowKeys(top[2]!)) (names[section] ??= new Set()).add(name);
      continue;
    }
    const child = /^( +)["']?([A-Za-z_][\w]*)["']?:/.exec(line);
    for (const [, args] of line.matchAll(/\bargs:\s*(\{.*)$/g))
      if (section === "actions") for (const name of flowKeys(args!)) names["args"]!.add(name);
    if (child === null || !sections.includes(section)) continue;
    if (depth < 0) depth = child[1]!.length;
    if (child[1]!.length === depth) (names[section] ??= new Set()).add(child[2]!);
  }
  for (const [, block] of text.matchAll(/^ {4}args:\n((?: {6,}.*\n)+)/gm))
    for (const [, name] of block!.matchAll(/^ {6}([A-Za-z_]\w*):/gm)) names["args"]!.add(name!);
  return Object.fromEntries(Object.entries(names).map(([section, set]) => [section, [...set]]));
}

/** The keys of a mapping in braces, not those inside it. */
function flowKeys(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  for (const [part, brace, key] of text.matchAll(/([{}[\]])|"[^"]*"|'[^']*'|([A-Za-z_]\w*)(?=:\s)/g)) {
    if (brace !== undefined) {
      depth += "{[".includes(part) ? 1 : -1;
      if (depth === 0) break;
    } else if (key !== undefined && depth === 1) found.push(key);
  }
  return found;
}
