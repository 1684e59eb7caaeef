// This file defines the binding for React 18 and later: useGate and <Gate>.

import type { ProposalDocument } from "../contract/documents.js";
import {
  createElement,
  useCallback,
  useLayoutEffect,
  useEffect,
  useRef,
  useSyncExternalStore,
  type ReactElement,
  type ReactNode,
} from "react";
import { attach } from "./control.js";
import type { ActionOf, ArgsOf, AskOptions, Declared, Rest, Undeclared } from "../documents/declared.js";
import type { Gate as LiveGate, GateValue } from "../gates/gate.js";

/** What useGate needs of a session. */
export interface Gating<B extends Declared = Undeclared> {
  gate<A extends ActionOf<B>>(action: A, ...rest: Rest<B, A>): LiveGate;
}

/**
 * Returns the answer to whether an action could be proposed, and renders again when it
 * is another one. The answer is the same object until then, so it may be a dependency.
 */
export function useGate<B extends Declared, A extends ActionOf<B>>(
  session: Gating<B>,
  action: A,
  ...rest: Rest<B, A>
): GateValue {
  return useLive(session.gate(action, ...rest));
}

function useLive(gate: LiveGate): GateValue {
  const subscribe = useCallback((changed: () => void) => gate.subscribe(changed), [gate]);
  const read = (): GateValue => gate.value;
  return useSyncExternalStore(subscribe, read, read);
}

/** What <Gate> takes. */
export interface GateProps<B extends Declared = Undeclared, A extends ActionOf<B> = ActionOf<B>> {
  readonly session: Gating<B>;
  readonly action: A;
  readonly args?: ArgsOf<B, A>;
  readonly options?: AskOptions<B>;
  /** Also lets through what would be held for an owner to confirm. */
  readonly hold?: boolean;
  /** Uses the native `disabled`; the control can then not be focused. */
  readonly native?: boolean;
  /** Receives what a click on the allowed control proposes. */
  readonly propose?: (proposal: ProposalDocument) => void;
  /** One control; or a function of the answer, which then gates for itself. */
  readonly children: ReactElement | ((value: GateValue) => ReactNode);
}

// On a server there is no layout to wait for, and React warns.
const useEarlyEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/**
 * Gates the one control inside of it as `data-gate` does: refused it stays in the tab order,
 * its clicks go nowhere, and it says why. The wrapper takes no part in the layout, from the
 * first markup of a server on and without a style: it is a `slot`, which browsers display as `contents`
 * (HTML, 15.3.1). In a shadow tree the name keeps other content out of it.
 */
export function Gate<B extends Declared, A extends ActionOf<B>>(props: GateProps<B, A>): ReactNode {
  const { session, action, args, options, hold, native, propose, children } = props;
  const gate = session.gate(action, ...([args, options] as unknown as Rest<B, A>));
  const value = useLive(gate);
  const wrapper = useRef<HTMLSlotElement>(null);
  const latest = useRef(propose);
  useEarlyEffect(() => {
    latest.current = propose;
  });
  const bare = typeof children === "function";
  const attached = useRef<{ control: HTMLElement; key: string; gate: LiveGate; release: () => void } | undefined>(
    undefined,
  );
  useEarlyEffect(() => {
    const control = bare ? undefined : wrapper.current?.firstElementChild;
    const key = `${hold === true} ${native === true}`;
    const now = attached.current;
    if (now !== undefined && now.control === control && now.gate === gate && now.key === key) return;
    now?.release();
    attached.current = undefined;
    if (!(control instanceof HTMLElement)) return;
    const release = attach(control, gate, {
      hold: hold === true,
      native: native === true,
      click: (gate) => latest.current?.(gate.proposal()),
    });
    attached.current = { control, key, gate, release };
  });
  useEarlyEffect(
    () => () => {
      attached.current?.release();
      attached.current = undefined;
    },
    [],
  );
  if (bare) return (children as (value: GateValue) => ReactNode)(value);
  return createElement("slot", { ref: wrapper, name: "holdfast-gate" }, children as ReactElement);
}
