// This file shows a session: who acts, what they may do, how things are, and what was decided.

import { useEffect, useState } from "preact/hooks";
import { agentTitle } from "../bundle/titles.js";
import { tours } from "../bundle/tours.js";
import { count, plain } from "../bundle/words.js";
import { keep, kept } from "../parts/keep.js";
import type { Desk } from "../session/desk.js";
import type { Machine } from "../session/machine.js";
import { Banners } from "./banners.js";
import { Card } from "./card.js";
import { Dock } from "./dock.js";
import { Graph } from "./graph.js";
import { Holds } from "./holds.js";
import { State } from "./state.js";
import { Stories, Story } from "./story.js";
import { Timeline } from "./timeline.js";

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
            <MachinePanel key={machine.variable.name} desk={desk} machine={machine} />
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

function MachinePanel({ desk, machine }: { desk: Desk; machine: Machine }) {
  const { name, about } = machine.variable;
  const how = machine.declared ? "How it may move" : "How its scenarios move it";
  return (
    <section class="panel machine" aria-labelledby={`machine-${name}`}>
      <h2 id={`machine-${name}`}>
        {plain(name)}{" "}
        <span class="quiet">{(machine.declared && about) || `${how}. Choose a lit one to go there.`}</span>
      </h2>
      <Graph desk={desk} machine={machine} />
    </section>
  );
}

/** What this is, for a visitor who comes here first. */
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
