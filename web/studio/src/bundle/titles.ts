// This file defines what people call the parts of a bundle: their titles, or their names where they have none.

import type { Action, Info, Type } from "./info.js";
import { clip, plain, shown } from "./words.js";

/** What is built in has no title of a bundle's. */
const builtIn: Readonly<Record<string, string>> = {
  confirm: "confirm",
  decline: "decline",
  expire: "let it expire",
  unfreeze: "unfreeze",
};

export function actionTitle(info: Info, name: string): string {
  const action = info.actions.find((action) => action.name === name);
  return action === undefined ? (builtIn[name] ?? plain(name)) : titleOf(action);
}

export function agentTitle(info: Info, kind: string): string {
  const agent = info.agents.find(({ name }) => name === kind);
  return agent === undefined ? plain(kind) : titleOf(agent);
}

/** The title of anything that may have one. */
export function titleOf({ title, name }: { readonly title: string; readonly name: string }): string {
  return title || plain(name);
}

export function memberTitle(type: Type | undefined, member: string): string {
  return (typeof type === "object" && "enum" in type && type.titles?.[member]) || member;
}

/** A value of a type as short text: members by their titles, those inside lists, maps and records too. */
export function valueText(type: Type | undefined, value: unknown): string {
  if (typeof value === "string") return value === "" ? shown(value) : memberTitle(type, value);
  return shown(titled(type, value));
}

function titled(type: Type | undefined, value: unknown): unknown {
  if (typeof type !== "object" || value === null) return value;
  if (typeof value === "string") return memberTitle(type, value);
  if ("list" in type && Array.isArray(value)) return value.map((item) => titled(type.list.of, item));
  if (typeof value !== "object") return value;
  if ("map" in type)
    return Object.fromEntries(
      Object.entries(value).map(([key, of]) => [memberTitle(type.map.keys, key), titled(type.map.of, of)]),
    );
  if ("record" in type)
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, titled(type.record[key], of)]));
  return value;
}

/** Arguments as `To: Specification, drift: 3`. */
export function argsText(info: Info, action: string, args: Readonly<Record<string, unknown>>): string {
  const declared: Action["args"] = info.actions.find(({ name }) => name === action)?.args ?? [];
  return Object.entries(args)
    .map(([name, value]) => {
      const arg = declared.find((arg) => arg.name === name);
      const text = valueText(arg?.type, value);
      return `${arg === undefined ? plain(name) : titleOf(arg)}: ${clip(text, 60)}`;
    })
    .join(", ");
}

/** The type of what a path names, as far as it is a variable's own. */
export function typeAt(info: Info, path: string): Type | undefined {
  return (
    info.state.find(({ name }) => name === path)?.type ??
    info.logs.find(({ name }) => path === name || path === `logs.${name}`)?.type
  );
}
