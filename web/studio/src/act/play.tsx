// This file defines the session page: who acts, what they may do, where things stand, and
// what was decided.

import { useEffect, useState } from "preact/hooks";
import { announce, openLocal } from "../app/app.js";
import { Card } from "./card.js";
import type { Desk } from "../session/desk.js";
import { Graph } from "./graph.js";
import { Holds } from "./holds.js";
import { Icon, VerdictMark } from "../parts/icons.js";
import { keep, kept } from "../parts/keep.js";
import { State } from "./state.js";
import { Stories, Story } from "./story.js";
import { Timeline } from "./timeline.js";
import { actionTitle, agentTitle } from "../bundle/titles.js";
import { tours } from "../bundle/tours.js";
import { count, dateOf, plain } from "../bundle/words.js";

const panes = [
  ["act", "Actions"],
  ["state", "State"],
  ["timeline", "Decisions"],
] as const;

export function Play({ desk }: { desk: Desk }) {
  const [pane, setPane] = useState<string>("act");
  useEffect(() => {
    document.documentElement.dataset["pane"] = pane;
  }, [pane]);
  return (
    <div class="play">
      <Banners desk={desk} />
      <Dock desk={desk} />
      <div class="panes" role="group" aria-label="What to show">
        {panes.map(([id, name]) => (
          <button key={id} type="button" aria-pressed={pane === id} onClick={() => setPane(id)}>
            {name}
            {id === "timeline" && <span class="tag">{desk.log.value.length}</span>}
          </button>
        ))}
      </div>
      <div class="columns">
        <div class="column act">
          <Story desk={desk} />
          <Intro desk={desk} />
          <Acting desk={desk} />
          <Holds desk={desk} />
          {desk.machines.map((machine) => (
            <section
              key={machine.variable.name}
              class="panel machine"
              aria-labelledby={`machine-${machine.variable.name}`}
            >
              <h2 id={`machine-${machine.variable.name}`}>
                {plain(machine.variable.name)}{" "}
                <span class="quiet">
                  {machine.declared
                    ? machine.variable.about || "How it may move. Choose a lit one to go there."
                    : "How its scenarios move it. Choose a lit one to go there."}
                </span>
              </h2>
              <Graph desk={desk} machine={machine} />
            </section>
          ))}
          <Actions desk={desk} />
        </div>
        <div class="column where">
          <State desk={desk} />
        </div>
        <div class="column when">
          <Timeline desk={desk} />
        </div>
      </div>
    </div>
  );
}

/** What is said about the whole session, above everything. */
function Banners({ desk }: { desk: Desk }) {
  const { view, past } = desk.moment.value;
  const halted = desk.halted.value;
  return (
    <div class="banners">
      {desk.local && (
        <div class="banner local">
          <Icon name="lock" />
          <p>
            <strong>In this page only:</strong> {desk.origin}. It is decided by the same module, recorded nowhere, and
            gone when you leave.
          </p>
        </div>
      )}
      {!desk.connected.value && !desk.local && (
        <div class="banner away" role="status">
          <Icon name="away" />
          <p>
            <strong>The server is away.</strong> What you see is what it last recorded. The studio tries again by
            itself; nothing is proposed meanwhile.
          </p>
        </div>
      )}
      {view.frozen && (
        <div class="banner frozen" role="status">
          <Icon name="freeze" />
          <p>
            <strong>The session is frozen.</strong> A hard failure was found, and everything stops until{" "}
            {desk.info.governance.map((kind) => agentTitle(desk.info, kind)).join(" or ") ||
              "nobody: this bundle names no governance"}{" "}
            has looked at it. State and log are safe.
          </p>
          {desk.info.governance.map((kind) => (
            <button
              key={kind}
              type="button"
              class="plain"
              disabled={past || desk.busy.value}
              onClick={() =>
                void desk.propose({ action: "unfreeze", actor: { kind, id: kind }, args: {}, reasons: ["looked at"] })
              }
            >
              Unfreeze as {agentTitle(desk.info, kind)}
            </button>
          ))}
        </div>
      )}
      {halted && !view.frozen && (
        <div class="banner halted" role="status">
          <Icon name="halt" />
          <p>
            <strong>Nothing is permitted: that is a correct outcome.</strong> No agent can commit anything here with
            these reasons. Waiting is right; nothing is lost.
          </p>
        </div>
      )}
    </div>
  );
}

/** What stands at the foot of the window, where nothing moves when it comes and goes: troubles, what came of the last proposal, the way through time. */
function Dock({ desk }: { desk: Desk }) {
  const { view, past } = desk.moment.value;
  const trouble = desk.trouble.value;
  const last = desk.last.value;
  return (
    <div class="dock">
      {trouble !== undefined && (
        <div class="banner trouble" role="alert">
          <Icon name="escalate" />
          <p>
            {trouble.say} <span class="id">{trouble.code}</span>
          </p>
          <button
            type="button"
            class="icon-button"
            aria-label="Dismiss"
            onClick={() => (desk.trouble.value = undefined)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      {last !== undefined && !past && trouble === undefined && (
        <div class="banner last" key={last.digest}>
          <VerdictMark verdict={last.decision.verdict} />
          <p>
            {actionTitle(desk.info, last.decision.action)}, decision {last.decision.seq}
          </p>
        </div>
      )}
      {past && (
        <div class="banner past" role="status">
          <Icon name="clock" />
          <p>
            <strong>You look at the past:</strong>{" "}
            {view.seq === 0
              ? "before the first decision"
              : `after decision ${view.seq} of ${desk.log.value.length}, ${dateOf(view.at)}`}
            . Nothing here changes what was recorded.
          </p>
          <div class="row">
            <button
              type="button"
              class="plain"
              disabled={view.seq <= desk.earliest}
              aria-label="One decision back"
              onClick={() => desk.travel(view.seq - 1)}
            >
              <Icon name="back" />
            </button>
            <button type="button" class="plain" aria-label="One decision on" onClick={() => desk.travel(view.seq + 1)}>
              <Icon name="next" />
            </button>
            <button
              type="button"
              class="plain"
              onClick={() => {
                openLocal({
                  document: desk.text,
                  id: desk.id,
                  from: desk.branch(),
                  origin: `a branch of ${desk.id} after decision ${view.seq}`,
                });
                announce("A branch is open, in this page only.");
              }}
            >
              <Icon name="branch" /> Branch from here
            </button>
            <button type="button" class="primary" onClick={() => desk.travel(undefined)}>
              Back to now
            </button>
          </div>
        </div>
      )}
    </div>
  );
}

/** What this is, for whoever comes here first. */
function Intro({ desk }: { desk: Desk }) {
  const { info } = desk;
  const key = `seen.${info.bundle}`;
  const [open, setOpen] = useState(kept(key) === undefined && !desk.local);
  const tour = tours[info.bundle];
  const toggle = (): void => {
    keep(key, "yes");
    setOpen(!open);
  };
  return (
    <section class={`panel intro ${open ? "open" : ""}`} aria-labelledby="intro-title">
      <header>
        <h1 id="intro-title">{info.title || plain(info.bundle)}</h1>
        <button type="button" class="plain" aria-expanded={open} onClick={toggle}>
          {open ? "Got it" : "What is this?"}
        </button>
      </header>
      {open && (
        <>
          <p class="lead">{tour?.lead ?? info.about}</p>
          {tour !== undefined && (
            <ul class="look">
              {tour.look.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          )}
          <h2>Walk through a scenario</h2>
          <Stories desk={desk} />
        </>
      )}
    </section>
  );
}

/** Who proposes, and why. */
function Acting({ desk }: { desk: Desk }) {
  const actor = desk.actor.value;
  const about = desk.info.agents.find(({ name }) => name === actor.kind)?.about ?? "";
  return (
    <section class="panel acting" aria-labelledby="acting-title">
      <div>
        <h2 id="acting-title">Acting as</h2>
        <div class="segments" role="radiogroup" aria-labelledby="acting-title">
          {desk.info.agents.map(({ name }) => (
            <label key={name} class={name === actor.kind ? "on" : ""}>
              <input
                type="radio"
                name="agent"
                value={name}
                checked={name === actor.kind}
                onChange={() => desk.act(name, actor.id === actor.kind ? name : actor.id)}
              />
              <span>{agentTitle(desk.info, name)}</span>
            </label>
          ))}
        </div>
        <p class="quiet about">{about}</p>
      </div>
      <div class="pair">
        <div class="field">
          <label class="label" for="actor-id">
            who (id)
          </label>
          <input
            id="actor-id"
            type="text"
            autocomplete="off"
            spellcheck={false}
            maxLength={128}
            value={actor.id}
            onInput={(event) => desk.act(actor.kind, event.currentTarget.value)}
          />
        </div>
        <div class="field">
          <label class="label" for="reasons">
            reasons (a, b)
          </label>
          <input
            id="reasons"
            type="text"
            autocomplete="off"
            value={desk.reasons.value}
            onInput={(event) => (desk.reasons.value = event.currentTarget.value)}
          />
        </div>
      </div>
    </section>
  );
}

function Actions({ desk }: { desk: Desk }) {
  return (
    <section class="actions" aria-labelledby="actions-title">
      <h2 id="actions-title">
        What may be done{" "}
        <span class="quiet">{count(desk.info.actions.length, "action")}, each with what it would get right now</span>
      </h2>
      <div class="cards">
        {desk.info.actions.map((action) => (
          <Card key={action.name} desk={desk} action={action} />
        ))}
      </div>
    </section>
  );
}
