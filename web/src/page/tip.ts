// This file defines Tip: the explanation that shows beside a control. There is one for
// each tree, and it shows for one control at a time.
//
// It does what WCAG 1.4.13 asks of content that shows on hover or focus: Escape
// takes it away, the pointer can move onto it, and it stays until pointer or focus leave.
// It is in the top layer and in no flow, so nothing moves. What it says is in
// the control's description already, so it is hidden from screen readers.

import { dress, treeOf, type Tree } from "./note.js";

/** Milliseconds that the pointer has to get from the control onto the tip. */
const grace = 200;

/** Pixels between control and tip, and between tip and the window's edge. */
const gap = 6;

const tips = new WeakMap<Tree, Tip>();

/** Returns the tip of the tree a control is in. */
export function tipOf(control: HTMLElement): Tip {
  const tree = treeOf(control);
  let tip = tips.get(tree);
  if (tip === undefined) tips.set(tree, (tip = new Tip(tree)));
  return tip;
}

class Tip {
  readonly #tree: Tree;
  readonly #box: HTMLElement;
  #control: HTMLElement | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  readonly #window: Window;

  constructor(tree: Tree) {
    this.#tree = tree;
    const document = tree instanceof Document ? tree : tree.ownerDocument;
    this.#window = document.defaultView!;
    this.#box = document.createElement("div");
    this.#box.className = "holdfast-tip";
    this.#box.setAttribute("aria-hidden", "true");
    if ("popover" in this.#box) this.#box.popover = "manual";
    this.#box.addEventListener("pointerenter", () => clearTimeout(this.#leaving));
    this.#box.addEventListener("pointerleave", () => this.#control !== undefined && this.leave(this.#control, false));
  }

  /** Shows text beside a control. */
  show(control: HTMLElement, text: string): void {
    clearTimeout(this.#leaving);
    dress(this.#tree);
    if (this.#control === undefined) {
      this.#window.addEventListener("keydown", this.#onkey, true);
      this.#window.addEventListener("pointerdown", this.#ondown, true);
      this.#window.addEventListener("scroll", this.#place, true);
      this.#window.addEventListener("resize", this.#place);
    }
    this.#control = control;
    // A modal dialog makes everything outside of it inert.
    const place = control.closest("dialog") ?? (this.#tree instanceof Document ? this.#tree.body : this.#tree);
    if (this.#box.parentNode !== place) place.append(this.#box);
    this.#box.textContent = text;
    this.#box.toggleAttribute("data-open", true);
    if (this.#box.popover === "manual" && !this.#box.matches(":popover-open")) this.#box.showPopover();
    this.#place();
  }

  /** The control's answer is another one: text is read if it shows, and "" takes it away. */
  update(control: HTMLElement, text: () => string): void {
    if (this.#control !== control) return;
    const now = text();
    if (now === "") this.#hide();
    else this.show(control, now);
  }

  /** Pointer or focus have left the control. */
  leave(control: HTMLElement, atOnce: boolean): void {
    if (this.#control !== control) return;
    clearTimeout(this.#leaving);
    if (atOnce) return this.#hide();
    this.#leaving = setTimeout(() => {
      if (this.#control === control && !control.matches(":focus-within")) this.#hide();
    }, grace);
  }

  #hide(): void {
    clearTimeout(this.#leaving);
    this.#control = undefined;
    this.#window.removeEventListener("keydown", this.#onkey, true);
    this.#window.removeEventListener("pointerdown", this.#ondown, true);
    this.#window.removeEventListener("scroll", this.#place, true);
    this.#window.removeEventListener("resize", this.#place);
    if (this.#box.isConnected && this.#box.popover === "manual" && this.#box.matches(":popover-open"))
      this.#box.hidePopover();
    this.#box.removeAttribute("data-open");
  }

  readonly #ondown = (event: Event): void => {
    const path = event.composedPath();
    if (!path.includes(this.#box) && !path.includes(this.#control!)) this.#hide();
  };

  readonly #onkey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // it closes the tip, not the dialog around it
    event.stopPropagation();
    this.#hide();
  };

  // Below the control, above it where there is no room, never outside of the window.
  readonly #place = (): void => {
    const control = this.#control;
    if (control === undefined) return;
    if (!control.isConnected) return this.#hide();
    const at = control.getBoundingClientRect();
    const { width, height } = this.#box.getBoundingClientRect();
    const { innerWidth, innerHeight } = this.#window;
    const below = at.bottom + gap;
    const top = below + height > innerHeight && at.top - gap - height >= 0 ? at.top - gap - height : below;
    const left = Math.max(gap, Math.min(at.left, innerWidth - width - gap));
    this.#box.style.top = `${top}px`; // the object model's styles are not what a policy calls inline
    this.#box.style.left = `${left}px`;
  };
}
