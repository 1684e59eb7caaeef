// This file defines notes: the descriptions that screen readers read, and the style
// sheet they and the explanations share.
//
// aria-describedby only finds an id in its own tree, so each document and each
// shadow tree has notes of its own, in one invisible element. The styles come as
// a constructed sheet: a page whose policy allows no inline style allows that.

/** A document or a shadow tree. */
export type Tree = Document | ShadowRoot;

/** One control's description. */
export interface Note {
  /** Says text, or nothing where it is "". */
  set(text: string): void;
  remove(): void;
}

const css = `
.holdfast-notes { display: none }
.holdfast-status {
  position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
holdfast-gate { display: contents }
:where([data-gated="shut"]) { opacity: .6; cursor: not-allowed }
.holdfast-tip {
  position: fixed; inset: auto; margin: 0; z-index: 2147483647; box-sizing: border-box;
  max-inline-size: min(22rem, calc(100vw - 1rem)); padding: .45em .7em; border-radius: .4em;
  border: 1px solid var(--holdfast-tip-edge, color-mix(in srgb, CanvasText 40%, Canvas));
  background: var(--holdfast-tip-back, Canvas); color: var(--holdfast-tip-ink, CanvasText);
  font: .875rem/1.4 system-ui, sans-serif; text-align: start; overflow-wrap: anywhere;
}
.holdfast-tip:not([data-open]) { display: none }
.holdfast-back {
  position: absolute; margin: 0; box-sizing: border-box; overflow: hidden; pointer-events: none; user-select: none;
  background: none; color: transparent; border-style: solid; border-color: transparent;
  white-space: pre-wrap; overflow-wrap: break-word; forced-color-adjust: none;
}
.holdfast-back mark {
  color: transparent; border-radius: .15em; background: var(--holdfast-mark-back, rgb(217 119 6 / .25));
  text-decoration: underline wavy var(--holdfast-mark-line, #d97706); text-decoration-skip-ink: none;
  text-underline-offset: .15em;
}
@media (prefers-reduced-motion: no-preference) {
  .holdfast-tip { animation: holdfast-appear 90ms ease-out }
  @keyframes holdfast-appear { from { opacity: 0 } }
}`;

let sheet: CSSStyleSheet | undefined;
let count = 0;
const places = new WeakMap<Tree, HTMLElement>();

/** Returns the tree an element is in; the document where it is in none. */
export function treeOf(element: Element): Tree {
  const root = element.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root : element.ownerDocument;
}

/** Gives a tree the styles. */
export function dress(tree: Tree): void {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  if (!tree.adoptedStyleSheets.includes(sheet)) tree.adoptedStyleSheets.push(sheet);
}

/** Returns a note for a control, which is described by it as long as it says something. */
export function noteFor(control: HTMLElement): Note {
  const text = control.ownerDocument.createElement("span");
  text.id = `holdfast-note-${++count}`;
  return {
    set(say) {
      const place = placeOf(treeOf(control));
      if (text.parentNode !== place) place.append(text);
      if (text.textContent !== say) text.textContent = say;
      describe(control, text.id, say !== "");
    },
    remove() {
      describe(control, text.id, false);
      text.remove();
    },
  };
}

function describe(control: HTMLElement, id: string, on: boolean): void {
  const ids = (control.getAttribute("aria-describedby") ?? "").split(/\s+/).filter((one) => one !== "" && one !== id);
  if (on) ids.push(id);
  const wanted = ids.join(" ");
  if (wanted === (control.getAttribute("aria-describedby") ?? "")) return;
  if (wanted === "") control.removeAttribute("aria-describedby");
  else control.setAttribute("aria-describedby", wanted);
}

function placeOf(tree: Tree): HTMLElement {
  let place = places.get(tree);
  if (place === undefined || !place.isConnected) {
    const document = tree instanceof Document ? tree : tree.ownerDocument;
    place = document.createElement("div");
    place.className = "holdfast-notes";
    place.hidden = true;
    (tree instanceof Document ? tree.body : tree).append(place);
    places.set(tree, place);
    dress(tree);
  }
  return place;
}
