// This file defines the first page: what is published, and the sessions there are.

import { api, bundles, catalogs, engine, open, sessions } from "../app/app.js";
import { address } from "../app/route.js";
import type { Published } from "../server/api.js";
import type { Info } from "../bundle/info.js";
import { useAsked } from "../parts/asked.js";
import { Icon } from "../parts/icons.js";
import { tours } from "../bundle/tours.js";
import { count, dateOf, plain } from "../bundle/words.js";

export function Home() {
  // Those that are explained here come first.
  const list = [...(bundles.value ?? [])].sort((a, b) => Number(b.name in tours) - Number(a.name in tours));
  const names = new Map(list.map((bundle) => [bundle.digest, bundle]));
  return (
    <div class="home">
      <header class="hero">
        <h1>What may happen, and why.</h1>
        <p class="lead">
          Pick a bundle and act in it. For everything that is refused you see which rule speaks against it, which values
          it read, and the steps that would make it possible. What you propose is decided here and on the server, to the
          same bytes.
        </p>
      </header>
      <section aria-labelledby="bundles-title">
        <h2 id="bundles-title">Bundles</h2>
        {bundles.value === undefined ? (
          <p class="quiet">Reading what is published…</p>
        ) : list.length + catalogs.value.length === 0 ? (
          <div class="panel empty">
            <p>Nothing is published on this server yet.</p>
            <p class="quiet">
              Start it with one, as in <code>holdfast studio spektre.yaml</code>, or publish one with{" "}
              <code>POST /v1/bundles</code>.
            </p>
          </div>
        ) : (
          <ul class="tiles">
            {catalogs.value.map((catalog) => (
              <CatalogTile key={catalog.digest} catalog={catalog} />
            ))}
            {list.map((bundle) => (
              <Tile key={bundle.digest} bundle={bundle} />
            ))}
          </ul>
        )}
      </section>
      {sessions.value.length > 0 && (
        <section aria-labelledby="sessions-title">
          <h2 id="sessions-title">Sessions</h2>
          <ul class="sessions panel">
            {sessions.value.slice(0, 50).map(({ session, bundle, at, seq }) => (
              <li key={session}>
                <a href={address({ page: "session", id: session, view: "play" })}>{session}</a>
                <span class="quiet">{names.get(bundle)?.name ?? "a point of a catalog"}</span>
                <span class="quiet">{count(seq, "decision")}</span>
                <time class="quiet" dateTime={new Date(at).toISOString()}>
                  {dateOf(at)}
                </time>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Reads what a bundle says of itself. */
async function infoOf(digest: string): Promise<Info> {
  const bundle = engine.value!.bundle(await api.bundle(digest));
  const info = bundle.info as Info;
  bundle.close();
  return info;
}

function Tile({ bundle }: { bundle: Published }) {
  const info = useAsked(bundle.digest, () => infoOf(bundle.digest));
  return (
    <li class="tile panel">
      <h3>{info?.title || plain(bundle.name)}</h3>
      <p class="id">
        {bundle.name}@{bundle.version}
      </p>
      <p class="about">{info?.about ?? " "}</p>
      <p class="quiet">{info === undefined ? " " : sizeOf(info)}</p>
      <button type="button" class="primary" onClick={() => void open(bundle.digest, bundle.name)}>
        Open a session<span class="hidden"> of {bundle.name}</span> <Icon name="next" size={14} />
      </button>
    </li>
  );
}

function sizeOf({ agents, actions, constraints }: Info): string {
  return [count(agents.length, "agent"), count(actions.length, "action"), count(constraints.length, "constraint")].join(
    " · ",
  );
}

function CatalogTile({ catalog }: { catalog: Published }) {
  const info = useAsked(catalog.digest, () => api.catalog(catalog.digest));
  return (
    <li class="tile panel catalog">
      <h3>{info?.title || plain(catalog.name)}</h3>
      <p class="id">
        {catalog.name}@{catalog.version}
      </p>
      <p class="about">
        A catalog: one bundle for each point. A cursor names exactly one of them, or there is no basis to decide.
      </p>
      <p class="quiet">
        {info === undefined
          ? " "
          : `${count(info.cursors.length, "bundle")}: ${Object.keys(info.matrix ?? {})
              .map(plain)
              .join(", ")}`}
      </p>
      <a class="button primary" href={address({ page: "catalog", digest: catalog.digest })}>
        Pick a point<span class="hidden"> of {catalog.name}</span> <Icon name="next" size={14} />
      </a>
    </li>
  );
}
