// This file shows what is said about the whole session, above everything.

import type { ComponentChildren } from "preact";
import { agentTitle } from "../bundle/titles.js";
import { Icon } from "../parts/icons.js";
import type { Desk } from "../session/desk.js";

export function Banners({ desk }: { desk: Desk }) {
  const { frozen } = desk.moment.value.view;
  return (
    <div class="banners">
      {desk.local && (
        <Banner kind="local" icon="lock" title="In this page only:">
          {desk.origin}. It is decided by the same module, recorded nowhere, and gone when you leave.
        </Banner>
      )}
      {frozen && <Frozen desk={desk} />}
      {desk.halted.value && !frozen && (
        <Banner kind="halted" icon="halt" title="Nothing is permitted: that is a correct outcome.">
          No agent can commit anything here with these reasons. Waiting is right; nothing is lost.
        </Banner>
      )}
    </div>
  );
}

interface Said {
  readonly kind: string;
  readonly icon: string;
  readonly title: string;
  readonly children: ComponentChildren;
  /** What can be done about it. */
  readonly actions?: ComponentChildren;
}

export function Banner({ kind, icon, title, children, actions }: Said) {
  return (
    <div class={`banner ${kind}`} role={kind === "local" ? undefined : "status"}>
      <Icon name={icon} />
      <p>
        <strong>{title}</strong> {children}
      </p>
      {actions}
    </div>
  );
}

function Frozen({ desk }: { desk: Desk }) {
  const { info, moment, busy } = desk;
  const unfreeze = (kind: string): void =>
    void desk.propose({ action: "unfreeze", actor: { kind, id: kind }, args: {}, reasons: ["looked at"] });
  const who = info.governance.map((kind) => agentTitle(info, kind)).join(" or ");
  return (
    <Banner
      kind="frozen"
      icon="freeze"
      title="The session is frozen."
      actions={info.governance.map((kind) => (
        <button
          key={kind}
          type="button"
          class="plain"
          disabled={!moment.value.open || busy.value}
          onClick={() => unfreeze(kind)}
        >
          Unfreeze as {agentTitle(info, kind)}
        </button>
      ))}
    >
      A hard failure was found, and everything stops{" "}
      {who === "" ? "for good: this bundle names no governance" : `until ${who} has looked at it`}. State and log are
      safe.
    </Banner>
  );
}
