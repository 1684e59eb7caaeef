// This file defines what plain HTML uses: bind, for `data-gate` attributes, and the
// element <holdfast-gate>.
//
//	<button data-gate="enter" data-gate-args='{"to":"task"}' disabled>Task</button>
//	<textarea data-gate-text="produce" data-gate-args='{"artifact":"dna"}'></textarea>
//	<holdfast-gate action="enter" args='{"to":"task"}'><button>Task</button></holdfast-gate>
//
// Write `disabled` on what must not work before the session is there: bind takes it
// away. <holdfast-gate> refuses of its own accord until it has a session.

import type { ProposalDocument } from "../contract/documents.js";
import type { Code } from "../contract/codes.js";
import type { AskOptions } from "../documents/declared.js";
import { attach, gateOf, type ControlOptions } from "./control.js";
import { HoldfastError, codes } from "../documents/errors.js";
import { attachText, type AttachedField, type Field } from "./field.js";
import type { Gate, GateValue, TextGate } from "../gates/gate.js";
import { dress, treeOf } from "./note.js";

export { attach, attachText, gateOf, type ControlOptions };

/** What makes gates: a session, or anything that has Gates. */
export interface GateMaker {
  gate(action: string, args?: object, options?: AskOptions): Gate;
  text(action: string, args: object, name: string, options?: AskOptions): TextGate;
}

/** Who gets to make gates: a session of whatever bundle. */
export type Sessionlike = { readonly gates: GateMaker };

/** How a tree is bound. */
export interface BindOptions {
  /** Receives what a click on an allowed control proposes: give it to decide, or send it. */
  readonly propose?: (proposal: ProposalDocument, control: Element) => void;
}

interface Binding {
  readonly makes: GateMaker;
  readonly options: BindOptions;
}

const watchedAttributes = [
  "data-gate",
  "data-gate-args",
  "data-gate-actor",
  "data-gate-hold",
  "data-gate-native",
  "data-gate-text",
  "data-gate-arg",
  "data-gate-field",
  "id",
];
const selector = "[data-gate],[data-gate-text],[data-gate-field]";
const bindings = new WeakMap<Node, Binding>();
const waiting = new Set<HoldfastGate>();

/**
 * Gates every control below root that has `data-gate`, now and as the page changes,
 * until the function it returns is called; then each is again as the page wrote it.
 * Shadow trees are bound by themselves.
 */
export function bind(
  root: Document | ShadowRoot | Element,
  session: Sessionlike,
  options: BindOptions = {},
): () => void {
  const binding: Binding = { makes: session.gates, options };
  const attached = new Map<Element, () => void>();
  const fields: Fields = new Map();

  const release = (element: Element): void => {
    attached.get(element)?.();
    attached.delete(element);
    fields.delete(element);
  };
  const take = (element: Element): void => {
    release(element);
    if (!(element instanceof HTMLElement) || !element.isConnected) return;
    const detach = attachAs(element, binding, fields);
    if (detach !== undefined) attached.set(element, detach);
  };
  const takeAll = (node: Node): void => {
    if (!(node instanceof Element || node instanceof Document || node instanceof ShadowRoot)) return;
    const found = [...node.querySelectorAll(selector)];
    if (node instanceof Element && node.matches(selector)) found.unshift(node);
    // Fields first: what names one must find it.
    for (const element of found) if (element.hasAttribute("data-gate-text")) take(element);
    for (const element of found) if (!element.hasAttribute("data-gate-text")) take(element);
  };

  const observer = new MutationObserver((records) => {
    for (const { type, target, removedNodes, addedNodes } of records) {
      if (type === "attributes") {
        if ((target as Element).matches(selector) || attached.has(target as Element)) takeAll(target);
        continue;
      }
      for (const node of removedNodes)
        for (const element of [...attached.keys()])
          if (node === element || node.contains(element)) if (!element.isConnected) release(element);
      for (const node of addedNodes) if (node.isConnected) takeAll(node);
    }
  });
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: watchedAttributes });
  bindings.set(root, binding);
  takeAll(root);
  for (const gate of [...waiting]) gate.update();

  return () => {
    observer.disconnect();
    bindings.delete(root);
    for (const element of [...attached.keys()]) release(element);
  };
}

/** Fields whose text is asked about. */
type Fields = Map<Element, { gate: TextGate; attached: AttachedField }>;

// Attaches an element to the gate that its attributes ask for; returns what ends that. Where they are wrong, it is
// refused.
function attachAs(element: HTMLElement, { makes, options }: Binding, fields: Fields): (() => void) | undefined {
  const { gate: action, gateText: text, gateField: id } = element.dataset;
  const control: ControlOptions = {
    hold: element.dataset["gateHold"] !== undefined,
    native: element.dataset["gateNative"] !== undefined,
    click: (gate) => options.propose?.(gate.proposal(), element),
  };
  try {
    if (text !== undefined) {
      const { args, ask } = askedBy(element);
      const gate = makes.text(text, args, element.dataset["gateArg"] ?? "text", ask);
      const field = attachText(element as Field, gate);
      fields.set(element, { gate, attached: field });
      return field.detach;
    }
    if (id !== undefined) {
      const field = [...fields].find(([field]) => field.id === id)?.[1];
      if (field === undefined)
        throw new HoldfastError(codes.session, `no field with data-gate-text has the id ${JSON.stringify(id)}`);
      return attach(element, field.gate, { ...control, before: field.attached.sync });
    }
    if (action === undefined) return undefined;
    const { args, ask } = askedBy(element);
    return attach(element, makes.gate(action, args, ask), control);
  } catch (thrown) {
    return attach(element, undefined, { ...control, why: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

// Reads what an element asks; throws where it cannot be read.
function askedBy(element: HTMLElement): { args: object; ask: AskOptions | undefined } {
  const { gateArgs = "{}", gateActor } = element.dataset;
  return {
    args: parse("data-gate-args", gateArgs),
    ask: gateActor === undefined ? undefined : { actor: parse("data-gate-actor", gateActor) as { kind: string } },
  };
}

function parse(name: string, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new HoldfastError("gate/attribute" satisfies Code, `${name} is not a JSON object: ${text}`);
}

// Finds the nearest tree or element around it that is bound, through shadow roots.
function bindingOf(element: Element): Binding | undefined {
  for (
    let node: Node | null = element;
    node !== null;
    node = node instanceof ShadowRoot ? node.host : node.parentNode
  ) {
    const binding = bindings.get(node);
    if (binding !== undefined) return binding;
  }
  return undefined;
}

// Where there is no document, as on a server, the class can be imported and does nothing.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * <holdfast-gate action="enter" args='{"to":"task"}'>: gates the control inside of it.
 * The session is that of the nearest tree that was bound, or the one that is set. With
 * `hold`, what would be held is let through. Fires `gatechange` with the answer as detail.
 */
export class HoldfastGate extends Base {
  static readonly observedAttributes = ["action", "args", "actor", "hold", "native"];
  #session: Sessionlike | undefined;
  #args: object | undefined;
  #gate: Gate | undefined;
  #release: (() => void) | undefined;
  #observer: MutationObserver | undefined;

  /** The session, where it is not that of a bound tree. */
  get session(): Sessionlike | undefined {
    return this.#session;
  }

  set session(session: Sessionlike | undefined) {
    this.#session = session;
    this.update();
  }

  /** The arguments, as an object; the attribute `args` when they were not set. */
  get args(): object | undefined {
    return this.#args;
  }

  set args(args: object | undefined) {
    this.#args = args;
    this.update();
  }

  /** The gate; undefined as long as there is no session. */
  get gate(): Gate | undefined {
    return this.#gate;
  }

  /** The answer now; undefined as long as there is no session. */
  get value(): GateValue | undefined {
    return this.#gate?.value;
  }

  connectedCallback(): void {
    dress(treeOf(this));
    this.#observer ??= new MutationObserver(() => this.update());
    this.#observer.observe(this, { childList: true });
    this.update();
  }

  disconnectedCallback(): void {
    this.#observer?.disconnect();
    this.#drop();
    waiting.delete(this);
  }

  attributeChangedCallback(): void {
    this.update();
  }

  /** Looks for the session and the control again. */
  update(): void {
    this.#drop();
    if (!this.isConnected) return;
    const control = this.firstElementChild;
    const around = bindingOf(this);
    const makes = this.#session?.gates ?? around?.makes;
    if (makes === undefined) waiting.add(this);
    else waiting.delete(this);
    let why: string | undefined;
    try {
      const actor = this.getAttribute("actor");
      if (makes !== undefined)
        this.#gate = makes.gate(
          this.getAttribute("action") ?? "",
          this.#args ?? parse("args", this.getAttribute("args") ?? "{}"),
          actor === null ? undefined : { actor: parse("actor", actor) as { kind: string } },
        );
    } catch (thrown) {
      why = thrown instanceof Error ? thrown.message : String(thrown);
    }
    const releases: (() => void)[] = [];
    if (control instanceof HTMLElement)
      releases.push(
        attach(control, this.#gate, {
          hold: this.hasAttribute("hold"),
          native: this.hasAttribute("native"),
          click: (gate) => around?.options.propose?.(gate.proposal(), control),
          ...(why === undefined ? {} : { why }),
        }),
      );
    if (this.#gate !== undefined)
      releases.push(
        this.#gate.subscribe((detail) =>
          this.dispatchEvent(new CustomEvent("gatechange", { detail, bubbles: true, composed: true })),
        ),
      );
    this.#release = () => releases.forEach((release) => release());
  }

  #drop(): void {
    this.#release?.();
    this.#release = undefined;
    this.#gate = undefined;
  }
}

if (globalThis.customElements !== undefined && customElements.get("holdfast-gate") === undefined)
  customElements.define("holdfast-gate", HoldfastGate);
