// This file shows what is at the foot of the window, where nothing moves when it comes and goes: troubles, what
// waits for the server, what came of the last proposal, the way through time.

import { announce, openLocal } from "../app/app.js";
import { actionTitle } from "../bundle/titles.js";
import { dateOf } from "../bundle/words.js";
import { Icon, VerdictMark } from "../parts/icons.js";
import type { Desk } from "../session/desk.js";

export function Dock({ desk }: { desk: Desk }) {
  return (
    <div class="dock">
      <News desk={desk} />
      {desk.moment.value.past && <Past desk={desk} />}
    </div>
  );
}

/** The one thing that is news: a trouble, what waits, or what came of the last proposal. */
function News({ desk }: { desk: Desk }) {
  const trouble = desk.trouble.value;
  const waiting = desk.waiting.value;
  const last = desk.last.value;
  if (trouble !== undefined)
    return (
      <div class="banner trouble" role="alert">
        <Icon name="escalate" />
        <p>
          {trouble.say} <span class="id">{trouble.code}</span>
        </p>
        <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => (desk.trouble.value = undefined)}>
          <Icon name="close" />
        </button>
      </div>
    );
  if (waiting !== undefined && desk.away.value)
    return (
      <div class="banner waits" role="status">
        <Icon name="clock" />
        <p>
          <strong>“{actionTitle(desk.info, waiting.action)}” waits for the server.</strong> It is decided once, when the
          server answers, if this page is still open.
        </p>
      </div>
    );
  if (last === undefined || desk.moment.value.past) return null;
  return (
    <div class="banner last" key={last.digest}>
      <VerdictMark verdict={last.decision.verdict} />
      <p>
        {actionTitle(desk.info, last.decision.action)}, decision {last.decision.seq}
      </p>
    </div>
  );
}

/** The way through time. */
function Past({ desk }: { desk: Desk }) {
  const { seq, at } = desk.moment.value.view;
  return (
    <div class="banner past" role="status">
      <Icon name="clock" />
      <p>
        <strong>You look at the past:</strong>{" "}
        {seq === 0 ? "before the first decision" : `after decision ${seq} of ${desk.log.value.length}, ${dateOf(at)}`}.
        Nothing here changes what was recorded.
      </p>
      <div class="row">
        <button
          type="button"
          class="plain"
          disabled={seq <= desk.earliest}
          aria-label="One decision back"
          onClick={() => desk.travel(seq - 1)}
        >
          <Icon name="back" />
        </button>
        <button type="button" class="plain" aria-label="One decision on" onClick={() => desk.travel(seq + 1)}>
          <Icon name="next" />
        </button>
        <button type="button" class="plain" onClick={() => branch(desk)}>
          <Icon name="branch" /> Branch from here
        </button>
        <button type="button" class="primary" onClick={() => desk.travel(undefined)}>
          Back to now
        </button>
      </div>
    </div>
  );
}

/** Opens a local session that goes on from the moment that is shown. */
function branch(desk: Desk): void {
  openLocal({
    document: desk.text,
    id: desk.id,
    from: desk.branch(),
    origin: `a branch of ${desk.id} after decision ${desk.moment.value.view.seq}`,
  });
  announce("A branch is open, in this page only.");
}
