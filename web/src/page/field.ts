// This file defines attachText: a field in which the rules about text show at work.
//
// Nothing can be painted inside a textarea, so its matches are painted on a layer that
// lies exactly over it: the same text in the same type, transparent, with marks.
//
//	┌ field ───────────────┐   ┌ layer ───────────────┐  no pointer events, hidden from
//	│ I think you should   │ + │         ~~~~~~~~~~   │  screen readers, scrolled and
//	│ choose A             │   │ ~~~~~~               │  sized as the field is
//	└──────────────────────┘   └──────────────────────┘
//
// The field itself is never written to, so input methods, undo and the caret are the
// browser's own. However fast one types, the module is asked once per frame.

import { dress, noteFor, treeOf } from "./note.js";
import type { TextGate } from "../gates/gate.js";

/** A field for text. */
export type Field = HTMLTextAreaElement | HTMLInputElement;

/** What decides where text breaks and where it is. */
const copied = [
  "fontFamily",
  "fontSize",
  "fontStyle",
  "fontWeight",
  "fontStretch",
  "fontVariant",
  "fontFeatureSettings",
  "fontKerning",
  "letterSpacing",
  "wordSpacing",
  "lineHeight",
  "textAlign",
  "textIndent",
  "textTransform",
  "tabSize",
  "direction",
  "wordBreak",
  "hyphens",
  "paddingTop",
  "paddingRight",
  "paddingBottom",
  "paddingLeft",
  "borderTopWidth",
  "borderRightWidth",
  "borderBottomWidth",
  "borderLeftWidth",
] as const;

/** Milliseconds of quiet before a screen reader is told; it would not get a word out otherwise. */
const quiet = 700;

/** A field that is attached. */
export interface AttachedField {
  /** Gives the gate the field's text now, without waiting for the next frame. */
  sync(): void;
  detach(): void;
}

/**
 * Asks a gate about what is typed into a field, highlights the matches, sets
 * `aria-invalid` and a description, and keeps the field's form from being submitted as
 * long as the text would be refused. Empty text that was not touched is not complained about.
 */
export function attachText(field: Field, gate: TextGate): AttachedField {
  const document = field.ownerDocument;
  const layer = document.createElement("div");
  layer.className = "holdfast-back";
  layer.setAttribute("aria-hidden", "true");
  const note = noteFor(field);
  const status = statusOf(field, layer);
  let frame = 0;

  const sync = (): void => {
    gate.text = field.value;
  };
  const show = (): void => {
    frame = 0;
    sync();
    const { allowed, say } = gate.value;
    // A layer of its own costs something; a field without matches needs none.
    const matches = gate.matches;
    if (matches.length === 0) layer.remove();
    else {
      paint(layer, field.value, matches);
      if (field.nextSibling !== layer) field.after(layer);
      lay(layer, field);
    }
    const complaint = allowed || field.value === "" ? "" : say || "This text is not possible now.";
    field.setCustomValidity(allowed ? "" : say || "This text is not possible now.");
    if (complaint === "") field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true");
    note.set(complaint);
    status.say(complaint);
  };
  const later = (): void => {
    if (frame === 0) frame = requestAnimationFrame(show);
  };
  const scrolled = (): void => {
    layer.scrollTop = field.scrollTop;
    layer.scrollLeft = field.scrollLeft;
  };
  const sized = new ResizeObserver(() => layer.isConnected && lay(layer, field));

  dress(treeOf(field));
  const ending = new AbortController();
  const { signal } = ending;
  field.addEventListener("input", later, { signal });
  field.addEventListener("change", later, { signal });
  field.addEventListener("scroll", scrolled, { signal });
  field.form?.addEventListener("reset", later, { signal });
  sized.observe(field);
  gate.text = field.value;
  const unsubscribe = gate.subscribe(() => later());

  return {
    sync,
    detach() {
      unsubscribe();
      cancelAnimationFrame(frame);
      ending.abort();
      sized.disconnect();
      field.setCustomValidity("");
      field.removeAttribute("aria-invalid");
      note.remove();
      layer.remove();
      status.remove();
    },
  };
}

/** Tells a screen reader what a field's text lacks, once one has stopped typing. */
function statusOf(field: Field, layer: HTMLElement): { say(text: string): void; remove(): void } {
  const status = field.ownerDocument.createElement("span");
  status.className = "holdfast-status";
  status.setAttribute("role", "status");
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let said = "";
  return {
    say(text) {
      if (text === said) return;
      said = text;
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        if (!status.isConnected) (layer.isConnected ? layer : field).after(status); // the layer stays beside the field
        status.textContent = text;
      }, quiet);
    },
    remove() {
      clearTimeout(waiting);
      status.remove();
    },
  };
}

function paint(
  layer: HTMLElement,
  text: string,
  matches: readonly { readonly start: number; readonly end: number }[],
): void {
  const parts: (string | Node)[] = [];
  let at = 0;
  for (const { start, end } of matches) {
    const from = Math.max(start, at);
    if (end <= from) continue; // inside the match before
    parts.push(text.slice(at, from));
    const mark = layer.ownerDocument.createElement("mark");
    mark.textContent = text.slice(from, end);
    parts.push(mark);
    at = end;
  }
  // A line break at the very end begins a line in a field and none in an element.
  parts.push(text.slice(at) + "\u200b");
  layer.replaceChildren(...parts);
}

// Puts the layer over the field, whatever its offset parent is.
function lay(layer: HTMLElement, field: Field): void {
  const style = getComputedStyle(field);
  for (const name of copied) layer.style[name] = style[name];
  const line = field.localName === "input";
  layer.style.whiteSpace = line ? "pre" : "pre-wrap";
  // A scrollbar takes its width from the text.
  const bar =
    field.offsetWidth - field.clientWidth - parseFloat(style.borderLeftWidth) - parseFloat(style.borderRightWidth);
  layer.style.paddingRight = `${parseFloat(style.paddingRight) + Math.max(0, bar)}px`;
  if (line)
    layer.style.lineHeight = `${field.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom)}px`;
  layer.style.width = `${field.offsetWidth}px`;
  layer.style.height = `${field.offsetHeight}px`;
  layer.style.left = layer.style.top = "0px";
  const [wanted, is] = [field.getBoundingClientRect(), layer.getBoundingClientRect()];
  layer.style.left = `${wanted.left - is.left}px`;
  layer.style.top = `${wanted.top - is.top}px`;
  layer.scrollTop = field.scrollTop;
  layer.scrollLeft = field.scrollLeft;
}
