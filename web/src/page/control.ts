// This file defines attach: a control that obeys a gate and says why it does not work.
//
// A control with the native `disabled` cannot be focused, so who uses a keyboard or a
// screen reader would never learn that it is there, or why it does not work. So where the
// platform lets us, a refused control stays in the tab order: `aria-disabled` says
// what it is, its clicks (which Enter, Space and form submission are, too) go
// nowhere, `aria-describedby` names a description, and the explanation shows on hover and
// focus. Fields and lists, whose value would change without any click, get `disabled`.
//
// The state is asked for again at the click itself: what the page shows may be a
// moment older than the session.

import type { Gate, GateValue } from "../gates/gate.js";
import { dress, noteFor, treeOf, type Note } from "./note.js";
import { tipOf } from "./tip.js";

/** How a control obeys. */
export interface ControlOptions {
  /** Also lets through what would be held for an owner to confirm. */
  readonly hold?: boolean;
  /** Uses the native `disabled` for everything that has it; it then cannot be focused. */
  readonly native?: boolean;
  /** What is shown while there is no gate: why not. */
  readonly why?: string;
  /** Runs before the gate is looked at because of a click. */
  readonly before?: () => void;
  /** Runs for every click that is let through. */
  readonly click?: (gate: Gate) => void;
}

/** An element with the native `disabled`. */
type Disabling = HTMLElement & { disabled: boolean };

/** Controls that do nothing unless they are clicked. */
const clickable = /^(button|submit|reset|image|checkbox|radio|color|file)$/;

const gates = new WeakMap<Element, Gate>();

/** Returns the gate that an element obeys. */
export function gateOf(element: Element): Gate | undefined {
  return gates.get(element);
}

/**
 * Makes a control obey a gate until the function it returns is called, which
 * leaves it as it was before. Without a gate it is refused.
 */
export function attach(control: HTMLElement, gate: Gate | undefined, options: ControlOptions = {}): () => void {
  const hard = isHard(control, options.native === true);
  const before = { disabled: control.hasAttribute("disabled"), aria: control.getAttribute("aria-disabled") };
  const note = noteFor(control);
  let open = false;
  dress(treeOf(control));

  const passes = ({ allowed, verdict }: GateValue): boolean => allowed || (options.hold === true && verdict === "hold");
  const why = (withWay: boolean): string => {
    if (gate === undefined) return options.why ?? "This is not ready yet.";
    const { say } = gate;
    const way = withWay ? gate.how.say : "";
    return [say, way].filter((text) => text !== "").join(" ") || "This is not possible now.";
  };
  const show = (): void => {
    open = gate !== undefined && passes(gate.value);
    if (hard) (control as Disabling).disabled = !open;
    else control.removeAttribute("disabled");
    control.setAttribute("aria-disabled", String(!open));
    control.dataset["gated"] = open ? "open" : "shut";
    note.set(open ? "" : why(false));
    tipOf(control).update(control, () => (open ? "" : explain(note, why)));
  };

  const onclick = (event: Event): void => {
    options.before?.();
    const now = gate?.value;
    if (gate !== undefined && now !== undefined && passes(now)) return options.click?.(gate);
    event.preventDefault();
    event.stopImmediatePropagation();
    explained();
  };
  // The middle button opens a link, too.
  const onauxclick = (event: Event): void => {
    if (gate !== undefined && passes(gate.value)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const explained = (): void => {
    if (!open) tipOf(control).show(control, explain(note, why));
  };
  // A finger leaves whenever it is lifted; what it has shown stays until the next touch.
  const left = (event: Event): void => {
    if ((event as Partial<PointerEvent>).pointerType !== "touch")
      tipOf(control).leave(control, event.type === "focusout");
  };

  const ending = new AbortController();
  const { signal } = ending;
  control.addEventListener("click", onclick, { capture: true, signal });
  control.addEventListener("auxclick", onauxclick, { capture: true, signal });
  for (const type of ["pointerenter", "focusin"]) control.addEventListener(type, explained, { signal });
  for (const type of ["pointerleave", "focusout"]) control.addEventListener(type, left, { signal });
  if (gate !== undefined) gates.set(control, gate);
  const unsubscribe = gate?.subscribe(show);
  if (gate === undefined) show();

  return () => {
    unsubscribe?.();
    gates.delete(control);
    ending.abort();
    tipOf(control).leave(control, true);
    note.remove();
    delete control.dataset["gated"];
    control.toggleAttribute("disabled", before.disabled);
    if (before.aria === null) control.removeAttribute("aria-disabled");
    else control.setAttribute("aria-disabled", before.aria);
  };
}

// Only now is the way looked for: it may take a while, and most controls are never asked why.
function explain(note: Note, why: (withWay: boolean) => string): string {
  const text = why(true);
  note.set(text);
  return text;
}

function isHard(control: HTMLElement, native: boolean): control is Disabling {
  if (!("disabled" in control)) return false;
  if (native) return true;
  const name = control.localName;
  return (
    name === "select" ||
    name === "textarea" ||
    name === "fieldset" ||
    (name === "input" && !clickable.test((control as HTMLInputElement).type))
  );
}
