// This file lets one pick a point of a catalog by its parts: a cursor names one bundle, or none.

import { useState } from "preact/hooks";
import type { CatalogInfo } from "@holdfast/web";
import { api, fail, open } from "../app/app.js";
import { useAsked } from "../parts/asked.js";
import { VerdictMark } from "../parts/icons.js";
import type { Resolved } from "../server/api.js";
import { count, plain, short } from "../bundle/words.js";

type Cursor = Readonly<Record<string, unknown>>;

export function Catalog({ digest }: { digest: string }) {
  const info = useAsked(digest, () => api.catalog(digest), fail);
  const [cursor, setCursor] = useState<Cursor>({});
  const parts = Object.entries(info?.matrix ?? {});
  const whole = parts.length > 0 && parts.every(([name]) => name in cursor);
  const found = useAsked(whole ? JSON.stringify(cursor) : undefined, () => api.resolve(digest, cursor), fail);
  if (info === undefined) return <p class="boot">The catalog is loading.</p>;
  return (
    <div class="catalog-page">
      <header class="page-title">
        <h1>{info.title || plain(info.catalog)}</h1>
        <p class="id">
          {info.catalog}@{info.version}
        </p>
        <p class="lead">
          {count(info.cursors.length, "bundle")}, one for each point. Choose every part; the cursor then names exactly
          one of them.
        </p>
      </header>
      <div class="panel point">
        {parts.map(([name, values]) => (
          <Part
            key={name}
            name={name}
            values={values}
            chosen={cursor[name]}
            choose={(value) => setCursor({ ...cursor, [name]: value })}
          />
        ))}
        <div class="found" role="status">
          <Result info={info} cursor={cursor} whole={whole} found={found} />
        </div>
        <button
          type="button"
          class="primary"
          disabled={found === undefined || Boolean(found.verdict)}
          onClick={() => void open(found!.digest, info.catalog)}
        >
          Open a session of this point
        </button>
      </div>
    </div>
  );
}

/** One part of the cursor, and its values. */
function Part({
  name,
  values,
  chosen,
  choose,
}: {
  name: string;
  values: readonly unknown[];
  chosen: unknown;
  choose: (value: unknown) => void;
}) {
  return (
    <div class="field" role="radiogroup" aria-labelledby={`part-${name}`}>
      <span class="label" id={`part-${name}`}>
        {plain(name)}
      </span>
      <div class="segments">
        {values.map((value) => (
          <label key={String(value)} class={chosen === value ? "on" : ""}>
            <input type="radio" name={name} checked={chosen === value} onChange={() => choose(value)} />
            <span>{String(value)}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

/** What the cursor names so far. */
function Result({
  info,
  cursor,
  whole,
  found,
}: {
  info: CatalogInfo;
  cursor: Cursor;
  whole: boolean;
  found: Resolved | undefined;
}) {
  if (!whole) {
    const fits = info.cursors.filter((point) =>
      Object.entries(cursor).every(([name, value]) => point[name] === value),
    ).length;
    return (
      <p class="quiet">
        {count(fits, "bundle fits", "bundles fit")} what is chosen so far. One cursor, one bundle: with parts missing it
        would be a stall.
      </p>
    );
  }
  if (found === undefined) return <p class="quiet">Looking it up…</p>;
  if (found.verdict)
    return (
      <p>
        <VerdictMark verdict="stall" /> {found.say}
      </p>
    );
  return (
    <p>
      Exactly one bundle: <code title={found.digest}>{short(found.digest)}</code>
    </p>
  );
}
