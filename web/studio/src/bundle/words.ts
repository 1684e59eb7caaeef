// This file defines how the studio puts things into words: names, values, times, verdicts.

import type { Level, Verdict } from "@holdfast/web";

/** What a verdict means, in a few words, for a person who has not read the documentation. */
export const meaning: Record<Verdict | "open", string> = {
  commit: "All constraints hold.",
  hold: "Nothing forbids it, but it must be confirmed.",
  rewrite: "The text breaks a language rule; the same action may come again with other words.",
  reject: "Refused. Nothing changes.",
  revert: "Refused, and the system returns to its fallback.",
  halt: "Refused; going on needs a human decision. Nothing is escalated.",
  escalate: "Refused, and an alert is raised.",
  stall: "There is no basis to decide.",
  freeze: "A hard failure: everything stops until governance intervenes.",
  open: "It depends on what is not filled in yet.",
};

export const levels: readonly Level[] = ["physical", "responsibility", "ownership", "operational", "preference"];

export const levelMeaning: Record<Level, string> = {
  physical: "What cannot be, no matter who asks.",
  responsibility: "Who answers for what.",
  ownership: "Whose state it is to change.",
  operational: "What the moment asks for.",
  preference: "What is rather wanted. It blocks nothing.",
};

/** `commit_plan` as `commit plan`. */
export function plain(name: string): string {
  return name.replaceAll("_", " ");
}

/** A value as short text. */
export function shown(value: unknown): string {
  if (typeof value === "string") return value === "" ? "empty text" : value;
  return JSON.stringify(value);
}

/** A text of at most so many characters; of a longer one, its beginning. */
export function clip(text: string, most: number): string {
  return text.length > most ? text.slice(0, most - 2) + "…" : text;
}

/** What a term read; a long value is given as its digest and size. */
export function termValue(value: unknown): string {
  if (typeof value === "object" && value !== null && "digest" in value && "size" in value)
    return `${String((value as { size: unknown }).size)} bytes`;
  const text = typeof value === "string" ? `“${value}”` : JSON.stringify(value);
  return clip(text, 120);
}

/** Says what a built-in constraint is, from its id; "" for a declared one. of says what people call an action. */
export function builtIn(id: string, of: (action: string) => string): string {
  const [kind, name = ""] = id.split(":", 2) as [string, string?];
  const what = kind === "by" || kind === "effect" || kind === "change" ? of(name) : plain(name);
  switch (id.includes(":") ? kind : id) {
    case "by":
      return `Who may propose “${what}”`;
    case "owner":
      return `Who owns “${what}”`;
    case "moves":
      return `How “${what}” may move`;
    case "domain":
      return `Which values “${what}” takes`;
    case "change":
      return `“${what}” must change something`;
    case "effect":
      return `What “${what}” would change cannot be computed`;
    case "hold":
      return "What waits to be confirmed";
    case "frozen":
      return "The session is frozen";
    default:
      return "";
  }
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function timeOf(millis: number): string {
  return clock.format(millis);
}

export function dateOf(millis: number): string {
  return day.format(millis);
}

/** A duration in words: `5 minutes`. */
export function span(millis: number): string {
  for (const [unit, size] of [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
  ] as const) {
    if (millis >= size) return count(Math.round(millis / size), unit);
  }
  return count(Math.max(0, Math.round(millis / 1000)), "second");
}

export function count(n: number, one: string, many = one + "s"): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** The first digits of a digest. */
export function short(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 10);
}
