// This file defines what a form begins with, and whether what is in it makes a proposal.

import { scenariosOf, type Document } from "./document.js";
import type { Action, Type } from "./info.js";

/** Returns what a form begins with: arguments of the bundle's own scenarios, so that texts say something. */
export function firstArgs(document: Document, action: Action): Record<string, unknown> {
  const steps = scenariosOf(document)
    .flatMap((scenario) => scenario.steps)
    .filter((step) => step.action === action.name && step.args !== undefined);
  const step =
    steps.find((step) => step.expect?.["verdict"] === "commit") ??
    steps.find((step) => step.expect?.["error"] === undefined);
  return Object.fromEntries(action.args.map(({ name, type }) => [name, step?.args?.[name] ?? zeroOf(type)]));
}

/** Returns a type's first value. */
function zeroOf(type: Type): unknown {
  if (typeof type === "string")
    return { bool: false, int: 0, double: 0, string: "", timestamp: "1970-01-01T00:00:00Z", duration: "0s" }[type];
  if ("int" in type) return Math.min(Math.max(0, type.int[0]), type.int[1]);
  if ("string" in type) return "";
  if ("enum" in type) return type.enum[0];
  if ("list" in type) return [];
  if ("map" in type)
    return type.map.keys !== undefined && typeof type.map.keys === "object" && "enum" in type.map.keys
      ? Object.fromEntries(type.map.keys.enum.map((key) => [key, zeroOf(type.map.of)]))
      : {};
  return Object.fromEntries(Object.entries(type.record).map(([name, of]) => [name, zeroOf(of)]));
}

/** The reasons that a line of text lists. */
export function reasonsOf(text: string): string[] {
  return text
    .split(",")
    .map((reason) => reason.trim())
    .filter((reason) => reason !== "");
}
