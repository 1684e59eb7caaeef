// This file defines the keyboard's shortcuts, and the list of them.

import { desk, go, route } from "../app/app.js";
import type { View } from "../app/route.js";
import { Icon } from "../parts/icons.js";
import { keep, kept } from "../parts/keep.js";

const shortcuts = [
  [["?"], "Show this list"],
  [["g b"], "All bundles"],
  [["g a", "g r", "g e"], "Act, rules, edit"],
  [["a"], "Choose who acts"],
  [["c"], "To the actions"],
  [["t"], "To the decisions; arrow keys move among them, Enter shows one"],
  [["[", "]"], "One decision back, one forward"],
  [["n"], "Back to now"],
] as const;

/** The list, with a switch that turns the shortcuts off. */
export function Keys({ dialog }: { dialog: { current: HTMLDialogElement | null } }) {
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
      <header>
        <h2 id="keys-title">Keyboard</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <dl>
        {shortcuts.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          defaultChecked={kept("keys") !== "off"}
          onChange={(event) => keep("keys", event.currentTarget.checked ? "on" : "off")}
        />
        <span class="track" aria-hidden="true" />
        <span class="said">Single keys do something</span>
      </label>
    </dialog>
  );
}

/** Does what the shortcuts say until the function it returns is called. */
export function listenForKeys(help: () => void): () => void {
  const actions: Readonly<Record<string, () => void>> = {
    "?": help,
    "g b": () => go({ page: "home" }),
    "g a": () => view("play"),
    "g r": () => view("rules"),
    "g e": () => view("edit"),
    a: () => focus(".acting input:checked"),
    c: () => focus(".card button[type=submit]:not(:disabled), .card input"),
    t: () => focus(".timeline button[tabindex='0']"),
    "[": () => travel(-1),
    "]": () => travel(1),
    n: () => desk.value?.travel(undefined),
  };
  let before = "";
  const press = (event: KeyboardEvent): void => {
    if ((kept("keys") === "off" && event.key !== "?") || isTyped(event)) return;
    const act = actions[before === "g" ? `g ${event.key}` : event.key];
    before = event.key;
    if (act === undefined) return;
    act();
    event.preventDefault();
  };
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}

function focus(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

function view(to: View): void {
  const at = route.value;
  if (at.page === "session" || at.page === "local") go({ ...at, view: to });
}

function travel(by: number): void {
  const now = desk.value;
  now?.travel(now.moment.value.view.seq + by);
}

/** Says whether a key is meant for something else: a text, a dialog, the browser. */
function isTyped(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0] as HTMLElement;
  return (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    document.querySelector("dialog[open]") !== null ||
    target.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target instanceof HTMLInputElement && !/^(radio|checkbox|range)$/.test(target.type))
  );
}
