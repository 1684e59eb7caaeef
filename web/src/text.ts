// This file defines TextGate: a gate on text that is being typed.

import { Gate, type Question } from "./gate.js";
import type { Span } from "./decision.js";
import type { Gates } from "./gates.js";

/** A gate whose question has one argument that changes with every key. Get one from Session.text. */
export class TextGate extends Gate {
  /** The argument's name. */
  readonly name: string;
  readonly #gates: Gates;

  /** @internal */
  constructor(gates: Gates, question: Question, name: string) {
    super(gates, { ...question, args: { ...question.args, [name]: "" } });
    this.#gates = gates;
    this.name = name;
  }

  /** The text that is asked about. Setting it asks anew when somebody next looks. */
  get text(): string {
    return this.question.args[this.name] as string;
  }

  set text(text: string) {
    if (text === this.text) return;
    // Half of a surrogate pair is what an input method shows for a moment; it has no UTF-8.
    this.question = { ...this.question, args: { ...this.question.args, [this.name]: text } };
    this.#gates.changed(this);
  }

  /** Where patterns match in the text, as String.slice takes them. */
  get matches(): readonly Span[] {
    const path = `args.${this.name}`;
    return this.value.spans.filter((span) => span.path === path);
  }
}
