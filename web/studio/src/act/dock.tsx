// This file shows what is at the foot of the window, where nothing moves when it comes and goes: whether the server
// is there, troubles, what came of the last proposal, the way through time.

import { announce, failure, openLocal } from "../app/app.js";
import { actionTitle } from "../bundle/titles.js";
import { dateOf } from "../bundle/words.js";
import { Icon, VerdictMark } from "../parts/icons.js";
import type { Trouble } from "../parts/trouble.js";
import type { Desk } from "../session/desk.js";
import { Banner } from "./banners.js";

export function Dock({ desk }: { desk: Desk }) {
  return (
    <div class="dock">
      <Server desk={desk} />
      <News desk={desk} />
      {desk.moment.value.past && <Past desk={desk} />}
    </div>
  );
}

/** What is to be known of the server: it is away, or not followed any more. */
function Server({ desk }: { desk: Desk }) {
  const stopped = desk.stopped.value;
  const waiting = desk.waiting.value;
  if (stopped !== undefined) return <Stopped {...stopped} />;
  if (!desk.away.value) return null;
  return (
    <Banner kind="away" icon="away" title="The server is away.">
      {waiting === undefined ? (
        "The studio tries again by itself. What you propose waits until the server answers."
      ) : (
        <>
          “{actionTitle(desk.info, waiting.action)}” waits for the server. It is decided once, when the server answers,
          if this page is still open.
        </>
      )}
    </Banner>
  );
}

/** The page follows the server no more, and why. */
function Stopped({ code, say }: Trouble) {
  const show = (): void => void (failure.value = { code, say });
  return (
    <Banner
      kind="stopped"
      icon="away"
      title="The server is not followed any more."
      actions={
        code.startsWith("auth/") ? (
          <button type="button" class="plain" onClick={show}>
            Give another token
          </button>
        ) : (
          <button type="button" class="plain" onClick={() => location.reload()}>
            Try again
          </button>
        )
      }
    >
      {say} What you see was confirmed before; nothing can be proposed. <span class="id">{code}</span>
    </Banner>
  );
}

/** What is news: a trouble, or what came of the last proposal. */
function News({ desk }: { desk: Desk }) {
  const trouble = desk.trouble.value;
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
